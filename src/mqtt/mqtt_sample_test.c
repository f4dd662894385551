/* mqtt_sample_test.c - the table. */
#include "mqtt/mqtt_sample_test.h"

#include <stddef.h>

/* clang-format off */
const struct mqtt_sample mqtt_samples[] = {
	{"connect-3.1-full", MQTT_3_1,
		"10 [ 'MQIsdp' 03 ce 001e 'client' 'will/topic' 'gone' 'user' 'pass' ]"},
	{"connect-3.1-least", MQTT_3_1, "10 [ 'MQIsdp' 03 00 0000 'c' ]"},
	{"connect-3.1.1-full", MQTT_3_1_1,
		"10 [ 'MQTT' 04 f6 003c 'client' 'will/topic' 'gone' 'user' 'pass' ]"},
	{"connect-3.1.1-least", MQTT_3_1_1, "10 [ 'MQTT' 04 02 0000 '' ]"},
	{"connect-3.1.1-bridge", MQTT_3_1_1, "10 [ 'MQTT' 84 00 003c 'bridge' ]"},
	{"connect-5-full", MQTT_5,
		"10 [ 'MQTT' 05 ee 003c"
		" [ 11 00000e10 21 0014 27 00010000 22 000a 19 01 17 00"
		" 26 'k' 'v' 26 'k' 'w' 15 'SCRAM' 16 'data' ]"
		" 'client'"
		" [ 18 00000005 01 01 02 0000003c 03 'text/plain' 08 'reply' 09 'corr' 26 'a' 'b' ]"
		" 'will/topic' 'gone' 'user' 'pass' ]"},
	{"connect-5-least", MQTT_5, "10 [ 'MQTT' 05 02 0000 [ ] '' ]"},
	{"connect-5-password", MQTT_5, "10 [ 'MQTT' 05 42 0000 [ ] 'c' 'pass' ]"},
	{"connack-3.1", MQTT_3_1, "20 [ 00 00 ]"},
	{"connack-3.1.1", MQTT_3_1_1, "20 [ 01 00 ]"},
	{"connack-3.1.1-refused", MQTT_3_1_1, "20 [ 00 05 ]"},
	{"connack-5-full", MQTT_5,
		"20 [ 01 00"
		" [ 11 0000000a 21 0014 24 01 25 00 27 00100000 12 'auto-1' 22 000a 1f 'welcome'"
		" 26 'k' 'v' 28 00 29 00 2a 00 13 001e 1a 'resp' 1c 'other:1883'"
		" 15 'SCRAM' 16 'data' ] ]"},
	{"connack-5-refused", MQTT_5, "20 [ 00 87 [ ] ]"},
	{"publish-3.1-again", MQTT_3_1, "3a [ 'a/b' 0001 <payload> ]"},
	{"publish-3.1.1-qos0", MQTT_3_1_1, "30 [ 'temperatur/küche' <21.5> ]"},
	{"publish-3.1.1-qos2", MQTT_3_1_1, "34 [ 'a/b' ffff <payload> ]"},
	{"publish-3.1.1-clear", MQTT_3_1_1, "31 [ 'a/b' ]"},
	{"publish-5-full", MQTT_5,
		"3b [ 'a/b' 1234"
		" [ 01 01 02 0000003c 23 0005 08 'reply' 09 'corr' 26 'k' 'v' 26 'k' 'w'"
		" 0b 01 0b 8001 0b ffffff7f 03 'text' ] <payload> ]"},
	{"publish-5-least", MQTT_5, "30 [ 'a' [ ] ]"},
	{"publish-5-alias", MQTT_5, "30 [ '' [ 23 0001 ] <x> ]"},
	{"puback-3.1", MQTT_3_1, "40 [ 0001 ]"},
	{"puback-3.1.1", MQTT_3_1_1, "40 [ 0001 ]"},
	{"puback-5", MQTT_5, "40 [ 0001 ]"},
	{"puback-5-reason", MQTT_5, "40 [ 0001 10 ]"},
	{"puback-5-spelt-out", MQTT_5, "40 [ 0001 00 [ ] ]"},
	{"puback-5-full", MQTT_5, "40 [ 0001 87 [ 1f 'no' 26 'k' 'v' ] ]"},
	{"pubrec-3.1.1", MQTT_3_1_1, "50 [ ffff ]"},
	{"pubrec-5-full", MQTT_5, "50 [ ffff 10 [ 1f 'nobody' 26 'k' 'v' ] ]"},
	{"pubrel-3.1-again", MQTT_3_1, "6a [ 0001 ]"},
	{"pubrel-3.1.1", MQTT_3_1_1, "62 [ 0001 ]"},
	{"pubrel-5-full", MQTT_5, "62 [ 0001 92 [ 1f 'which?' 26 'k' 'v' ] ]"},
	{"pubcomp-3.1.1", MQTT_3_1_1, "70 [ 0001 ]"},
	{"pubcomp-5-full", MQTT_5, "70 [ 0001 92 [ 26 'k' 'v' 1f 'which?' ] ]"},
	{"subscribe-3.1-again", MQTT_3_1, "8a [ 000a 'a/+' 00 ]"},
	{"subscribe-3.1.1", MQTT_3_1_1, "82 [ 000a 'a/+' 01 '#' 02 ]"},
	{"subscribe-5-full", MQTT_5,
		"82 [ 000a [ 0b 2a 26 'k' 'v' ] 'a/+' 2d 'b/#' 12 '$share/g/c' 00 ]"},
	{"suback-3.1", MQTT_3_1, "90 [ 000a 00 ]"},
	{"suback-3.1.1", MQTT_3_1_1, "90 [ 000a 00 01 02 80 ]"},
	{"suback-5-full", MQTT_5, "90 [ 000a [ 1f 'partly' 26 'k' 'v' ] 00 01 02 80 a2 ]"},
	{"unsubscribe-3.1-again", MQTT_3_1, "aa [ 000a 'a/+' ]"},
	{"unsubscribe-3.1.1", MQTT_3_1_1, "a2 [ 000a 'a/+' '#' ]"},
	{"unsubscribe-5-full", MQTT_5, "a2 [ 000a [ 26 'k' 'v' ] 'a/+' '$share/g/c' ]"},
	{"unsuback-3.1.1", MQTT_3_1_1, "b0 [ 000a ]"},
	{"unsuback-5-full", MQTT_5, "b0 [ 000a [ 1f 'partly' 26 'k' 'v' ] 00 11 ]"},
	{"pingreq", MQTT_3_1_1, "c0 [ ]"},
	{"pingresp", MQTT_3_1_1, "d0 [ ]"},
	{"disconnect-3.1.1", MQTT_3_1_1, "e0 [ ]"},
	{"disconnect-5", MQTT_5, "e0 [ ]"},
	{"disconnect-5-reason", MQTT_5, "e0 [ 04 ]"},
	{"disconnect-5-full", MQTT_5,
		"e0 [ 00 [ 11 00000000 1f 'bye' 26 'k' 'v' 1c 'other:1883' ] ]"},
	{"auth-5", MQTT_5, "f0 [ ]"},
	{"auth-5-full", MQTT_5, "f0 [ 18 [ 15 'SCRAM' 16 'data' 1f 'go on' 26 'k' 'v' ] ]"},
	{NULL, MQTT_5, NULL},
};
/* clang-format on */
