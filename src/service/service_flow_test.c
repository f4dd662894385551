/* Services that answer what they get, and clients that do not read. */
#include "service/service_flow.h"

#include "service/service_test.h"

#include <stdlib.h>

enum { MEGABYTES = 8 << 20, ROUNDS_MAX = 100000 };

static uint8_t byte_at(size_t place)
{
	return (uint8_t)(place * 7 + place / 251);
}

static size_t send_more(int fd, size_t sent)
{
	uint8_t bytes[4096];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = byte_at(sent + i);
	return sent + service_rig_write(fd, bytes, sizeof bytes);
}

TEST(service_flow, who_does_not_read_is_held_up_and_then_gets_all_of_it, "")
{
	size_t sent = 0, got = 0, before = 1;
	struct service_rig r;
	uint8_t bytes[4096];
	int fd;

	service_rig_init(&r, "echo");
	fd = service_rig_connect(&r);
	for (int i = 0; i < ROUNDS_MAX && sent < MEGABYTES && sent != before; i++) {
		before = sent;
		sent = send_more(fd, sent);
		service_rig_turns(&r, 2);
	}
	cr_expect_lt(sent, MEGABYTES, "everything was read and kept");
	for (int i = 0; i < ROUNDS_MAX && got < sent; i++) {
		size_t size = service_rig_read(fd, bytes, sizeof bytes);

		for (size_t k = 0; k < size; k++)
			cr_assert_eq(bytes[k], byte_at(got + k));
		got += size;
		service_rig_turns(&r, 2);
	}
	cr_expect_eq(got, sent);
	service_rig_say(&r, fd, "x", 1);
	cr_expect_eq(service_rig_read(fd, bytes, sizeof bytes), 1);
	close(fd);
	service_rig_done(&r);
}

TEST(service_flow, characters_are_made_as_they_are_read, "RFC-864")
{
	struct service_rig r;
	char lines[74 * 200];
	int fd;

	service_rig_init(&r, "chargen");
	fd = service_rig_connect(&r);
	service_rig_turns(&r, 1000);
	for (size_t at = 0; at < sizeof lines;) {
		at += service_rig_read(fd, lines + at, sizeof lines - at);
		service_rig_turns(&r, 2);
	}
	for (size_t line = 0; line < 200; line++) {
		for (size_t i = 0; i < 72; i++)
			cr_assert_eq(lines[line * 74 + i], (char)(' ' + (line + i) % 95));
		cr_assert_eq(memcmp(lines + line * 74 + 72, "\r\n", 2), 0);
	}
	close(fd);
	service_rig_done(&r);
}
