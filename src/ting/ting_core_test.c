/* ting_core_test.c - a connection from its wish to its end, and the next one. */
#include "base/base_test.h"
#include "ting/ting_core_fake_test.h"

#include <errno.h>

static struct fake f;

TEST(core, connects_and_says_goodbye, "")
{
	fake_init(&f);
	cr_expect_eq(ting_core_deadline(f.core), 0);
	fake_tick(&f, 0);
	fake_expect(&f, "OPEN\n");
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	fake_opened(&f);
	fake_expect(&f, "> CONNECT clean\n");
	cr_expect_eq(ting_core_deadline(f.core), 10000);
	cr_expect(!ting_core_is_connected(f.core));
	fake_hears(&f, "20 [ 00 00 [ ] ]");
	fake_expect(&f, "CONNECTED\n");
	cr_expect(ting_core_is_connected(f.core));
	cr_expect_eq(ting_core_deadline(f.core), 60000);
	cr_assert_eq(ting_core_disconnect(f.core, 5, false), 0);
	fake_take(&f);
	fake_expect(&f, "> DISCONNECT 00\nCLOSE\nDISCONNECTED asked 00\n");
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	cr_expect_eq(ting_core_disconnect(f.core, 5, false), -ENOTCONN);
	cr_assert_eq(ting_core_connect(f.core, 6), 0);
	fake_take(&f);
	fake_expect(&f, "OPEN\n");
	fake_done(&f);
}

TEST(core, publishes_with_each_qos, "")
{
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(fake_publish(&f, 0, 7, "a"), 0);
	fake_expect(&f, "> PUBLISH a=hi q0\n");
	cr_expect_eq(fake_publish(&f, 1, 8, "a"), 0);
	cr_expect_eq(fake_publish(&f, 2, 9, "b"), 0);
	fake_expect(&f, "> PUBLISH a=hi q1 #1\n> PUBLISH b=hi q2 #2\n");
	cr_expect_eq(ting_core_unfinished(f.core), 2);
	fake_hears(&f, "40 [ 0001 ] 50 [ 0002 ]");
	fake_expect(&f, "PUBLISHED 8 answered\n> PUBREL #2\n");
	fake_hears(&f, "70 [ 0002 ]");
	fake_expect(&f, "PUBLISHED 9 answered\n");
	cr_expect_eq(ting_core_unfinished(f.core), 0);
	fake_done(&f);
}

TEST(core, subscribes_and_hears_messages, "")
{
	struct ting_text filter;

	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(fake_subscribe(&f, 3, "a/#"), 0);
	fake_hears(&f, "90 [ 0001 [ ] 01 ]");
	fake_expect(&f, "> SUBSCRIBE\nSUBSCRIBED 3 answered 01\n");
	fake_hears(&f, "32 [ 'a' 0009 [ ] <hi> ] 34 [ 'b' 000a [ ] <ho> ] 62 [ 000a ]");
	fake_expect(
		&f, "MESSAGE a=hi q1\n> PUBACK #9\nMESSAGE b=ho q2\n> PUBREC #10\n> PUBCOMP #10\n");
	filter = ting_text("a/#");
	cr_expect_eq(ting_core_unsubscribe(f.core, f.now, &filter, 1, 4), 0);
	fake_take(&f);
	fake_hears(&f, "b0 [ 0002 [ ] 00 ]");
	fake_expect(&f, "> UNSUBSCRIBE\nUNSUBSCRIBED 4 answered 00\n");
	fake_done(&f);
}

TEST(core, sends_again_what_the_session_still_holds, "MQTT-4.4.0-1")
{
	f.options.session_expiry_s = 60;
	fake_init(&f);
	fake_online(&f, false);
	(void)fake_publish(&f, 1, 8, "a");
	fake_closed(&f);
	fake_expect(&f, "> PUBLISH a=hi q1 #1\nDISCONNECTED broken 00\n");
	fake_tick(&f, ting_core_deadline(f.core));
	fake_opened(&f);
	fake_expect(&f, "OPEN\n> CONNECT\n");
	fake_hears(&f, "20 [ 01 00 [ ] ]");
	fake_expect(&f, "CONNECTED present\n> PUBLISH a=hi q1 dup #1\n");
	fake_done(&f);
}

TEST(core, tells_what_went_with_the_session, "")
{
	fake_init(&f);
	fake_online(&f, false);
	(void)fake_publish(&f, 1, 8, "a");
	fake_closed(&f);
	fake_tick(&f, ting_core_deadline(f.core));
	fake_opened(&f);
	fake_expect(&f,
		"> PUBLISH a=hi q1 #1\nDISCONNECTED broken 00\nOPEN\n> CONNECT clean\n"
		"PUBLISHED 8 lost\n");
	fake_done(&f);
}
