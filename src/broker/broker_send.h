/* broker_send.h - a delivery as a packet. */
#ifndef TING_BROKER_SEND_H
#define TING_BROKER_SEND_H

#include <stdbool.h>

struct broker;
struct broker_conn;
struct broker_delivery;

/* Sends the PUBLISH.  False, and nothing sent, when it is above the client's maximum packet size.
 */
bool broker_send_publish(struct broker *b, struct broker_conn *c, const struct broker_delivery *d);

#endif
