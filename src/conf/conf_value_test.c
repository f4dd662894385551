/* Every option: values that are good, values that are ill, and the sentences about those. */
#include "conf/conf_value.h"

#include "base/base_test.h"
#include "conf/conf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static union {
	struct conf conf;
	struct conf_listener listener;
} base;

static struct conf_error error;

static int set(const char *name, const char *text)
{
	return conf_value_set(conf_row_find(name), &base, text, &error);
}

static int set_number(const struct conf_row *row, int64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	return conf_value_set(row, &base, text, &error);
}

static const char *fields_of_type(enum conf_type type, size_t *at)
{
	while (*at < conf_row_count)
		if (conf_rows[(*at)++].type == type)
			return conf_rows[*at - 1].name;
	return NULL;
}

TEST(conf_value, every_number_takes_its_bounds_and_no_more, "")
{
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *row = &conf_rows[i];
		const int64_t *field = (void *)((char *)&base + row->offset);

		if (row->type != CONF_NUMBER)
			continue;
		cr_expect_eq(set_number(row, row->min), 0, "%s", row->name);
		cr_expect_eq(*field, row->min, "%s", row->name);
		cr_expect_eq(set_number(row, row->max), 0, "%s", row->name);
		cr_expect_eq(*field, row->max, "%s", row->name);
		cr_expect_eq(set_number(row, row->max + 1), -EINVAL, "%s", row->name);
		cr_expect_eq(*field, row->max, "%s", row->name);
		if (!row->has_also || row->also != row->min - 1)
			cr_expect_eq(set_number(row, row->min - 1), -EINVAL, "%s", row->name);
		if (row->has_also)
			cr_expect_eq(set_number(row, row->also), 0, "%s", row->name);
	}
}

TEST(conf_value, every_number_refuses_what_is_no_number, "")
{
	static const char *const ills[] = {"", "-", "x", "1x", "0x1", "1.0", " 1", "+1", "1 2",
		"99999999999999999999", "-99999999999999999999", "--1", "one"};
	size_t at = 0;

	for (const char *name; (name = fields_of_type(CONF_NUMBER, &at));)
		for (size_t k = 0; k < sizeof ills / sizeof ills[0]; k++)
			cr_expect_eq(set(name, ills[k]), -EINVAL, "%s %s", name, ills[k]);
}

TEST(conf_value, every_boolean_takes_true_and_false_and_no_other_word, "")
{
	static const char *const ills[] = {"", "TRUE", "yes", "on", "2", "-1", "true ", "t"};
	size_t at = 0;

	for (const char *name; (name = fields_of_type(CONF_BOOL, &at));) {
		const bool *field = (void *)((char *)&base + conf_row_find(name)->offset);

		cr_expect_eq(set(name, "true"), 0);
		cr_expect(*field);
		cr_expect_eq(set(name, "false"), 0);
		cr_expect_not(*field);
		cr_expect_eq(set(name, "1"), 0);
		cr_expect(*field);
		for (size_t k = 0; k < sizeof ills / sizeof ills[0]; k++)
			cr_expect_eq(set(name, ills[k]), -EINVAL, "%s %s", name, ills[k]);
		cr_expect(*field);
		cr_expect_eq(set(name, "0"), 0);
		cr_expect_not(*field);
	}
}

TEST(conf_value, every_text_takes_as_many_bytes_as_it_says_and_one_at_least, "")
{
	size_t at = 0;

	for (const char *name; (name = fields_of_type(CONF_TEXT, &at));) {
		const struct conf_row *row = conf_row_find(name);
		char *text = malloc((size_t)row->max + 2);

		memset(text, 'x', (size_t)row->max + 1);
		text[row->max + 1] = '\0';
		cr_expect_eq(set(name, text), -EINVAL, "%s", name);
		text[row->max] = '\0';
		cr_expect_eq(set(name, text), 0, "%s", name);
		cr_expect_eq(set(name, text), 0, "%s", name);
		cr_expect_str_eq(*(char **)(void *)((char *)&base + row->offset), text);
		cr_expect_eq(set(name, ""), -EINVAL, "%s", name);
		conf_value_free(row, &base);
		free(text);
	}
}

TEST(conf_value, a_duration_is_a_number_and_a_unit, "")
{
	static const struct {
		const char *text;
		int64_t seconds;
	} goods[] = {{"1s", 1}, {"8h", 28800}, {"14d", 1209600}, {"2w", 1209600}, {"1m", 2592000},
		{"1y", 31536000}, {"136y", 4288896000}, {"never", CONF_NEVER},
		{"4294967294s", 4294967294}};
	static const char *const ills[] = {"", "1", "d", "0d", "-1d", "1D", "1 d", "1dd", "137y",
		"4294967295s", "99999999999999d", "999999999999999999d", "Never", "1.5d"};

	for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
		cr_expect_eq(
			set("persistent_client_expiration", goods[i].text), 0, "%s", goods[i].text);
		cr_expect_eq(base.conf.persistent_client_expiration, goods[i].seconds);
	}
	for (size_t i = 0; i < sizeof ills / sizeof ills[0]; i++)
		cr_expect_eq(set("persistent_client_expiration", ills[i]), -EINVAL, "%s", ills[i]);
}

TEST(conf_value, socket_domain_is_one_of_three_words, "")
{
	cr_expect_eq(set("socket_domain", "ipv4"), 0);
	cr_expect_eq(base.listener.socket_domain, CONF_IPV4);
	cr_expect_eq(set("socket_domain", "ipv6"), 0);
	cr_expect_eq(base.listener.socket_domain, CONF_IPV6);
	cr_expect_eq(set("socket_domain", "unix"), 0);
	cr_expect_eq(base.listener.socket_domain, CONF_UNIX);
	cr_expect_eq(set("socket_domain", "ipv5"), -EINVAL);
	cr_expect_str_eq(error.text, "expected ipv4|ipv6|unix, found \"ipv5\"");
}

TEST(conf_value, log_types_add_up_after_the_defaults_are_gone, "")
{
	base.conf.log_types = CONF_LOG_STANDARD | CONF_LOG_ERROR;
	cr_expect_eq(set("log_type", "debug"), 0);
	cr_expect_eq(base.conf.log_types, CONF_LOG_DEBUG);
	cr_expect_eq(set("log_type", "error  notice"), 0);
	cr_expect_eq(base.conf.log_types, CONF_LOG_DEBUG | CONF_LOG_ERROR | CONF_LOG_NOTICE);
	cr_expect_eq(set("log_type", "all"), 0);
	cr_expect_eq(base.conf.log_types, CONF_LOG_ALL);
	cr_expect_eq(set("log_type", "warning nonsense"), -EINVAL);
	cr_expect_eq(base.conf.log_types, CONF_LOG_ALL);
	cr_expect_eq(set("log_type", "none"), 0);
	cr_expect_eq(base.conf.log_types, 0);
}

TEST(conf_value, log_goes_to_several_places_but_one_file, "")
{
	base.conf.log_dests = CONF_LOG_STANDARD | CONF_LOG_STDERR;
	cr_expect_eq(set("log_dest", "file  /var/log/my ting"), 0);
	cr_expect_eq(base.conf.log_dests, CONF_LOG_FILE);
	cr_expect_str_eq(base.conf.log_file, "/var/log/my ting");
	cr_expect_eq(set("log_dest", "stdout"), 0);
	cr_expect_eq(set("log_dest", "syslog"), 0);
	cr_expect_eq(base.conf.log_dests, CONF_LOG_FILE | CONF_LOG_STDOUT | CONF_LOG_SYSLOG);
	cr_expect_eq(set("log_dest", "file /b"), -EINVAL);
	cr_expect_str_eq(error.text, "only one destination may be a file");
	cr_expect_eq(set("log_dest", "file"), -EINVAL);
	cr_expect_eq(set("log_dest", "file "), -EINVAL);
	cr_expect_eq(set("log_dest", "filet /b"), -EINVAL);
	cr_expect_str_eq(
		error.text, "expected stdout|stderr|syslog|file PATH|none, found \"filet /b\"");
	free(base.conf.log_file);
}

TEST(conf_value, says_what_was_expected, "")
{
	static const struct {
		const char *name, *text, *sentence;
	} rows[] = {
		{"max_qos", "3", "expected a number from 0 to 2, found \"3\""},
		{"max_qos", "", "expected a number from 0 to 2, found nothing"},
		{"max_keepalive", "9",
			"expected a number of seconds from 10 to 65535, or 0, found \"9\""},
		{"max_connections", "0", "expected a number from 1 to 1000000, or -1, found \"0\""},
		{"set_tcp_nodelay", "yes", "expected true or false, found \"yes\""},
		{"persistent_client_expiration", "2x",
			"expected a number and one of s h d w m y, like 14d, for at most 49710 "
			"days, or never, found \"2x\""},
		{"auto_id_prefix", "", "expected a text of at most 64 bytes, found nothing"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_expect_eq(set(rows[i].name, rows[i].text), -EINVAL);
		cr_expect_str_eq(error.text, rows[i].sentence);
	}
}

TEST(conf_value, a_long_or_dirty_value_is_cut_and_cleaned_in_the_sentence, "")
{
	char text[500], expected[500];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	cr_expect_eq(set("max_qos", text), -EINVAL);
	(void)snprintf(expected, sizeof expected,
		"expected a number from 0 to 2, found \"%.80s...\"", text);
	cr_expect_str_eq(error.text, expected);
	cr_expect_eq(set("max_qos", "a\x1b[31m\x7f"), -EINVAL);
	cr_expect_str_eq(error.text, "expected a number from 0 to 2, found \"a\\x1b[31m\\x7f\"");
}

TEST(conf_value, seconds_have_decimals, "")
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {
		{"0", 0},
		{"1", 1000},
		{"0.25", 250},
		{"12.3456", 12345},
		{"3.", 3000},
		{"100", 100000},
		{"100.001", -1},
		{"", -1},
		{".5", -1},
		{"-1", -1},
		{"1s", -1},
		{"1.2.3", -1},
		{"1e3", -1},
		{"99999999999999999999999", -1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t ms = -1;
		int err = conf_value_seconds(&ms, rows[i].text, 0, 100000);

		cr_expect_eq(ms, rows[i].ms, "%s", rows[i].text);
		cr_expect_eq(err, rows[i].ms < 0 ? -EINVAL : 0, "%s", rows[i].text);
	}
}
