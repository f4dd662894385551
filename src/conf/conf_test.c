/* Whole files: what a configuration amounts to, and what each fault is called. */
#include "conf/conf.h"

#include "base/base_test.h"
#include "conf/conf_file.h"
#include "conf/conf_table.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char dir[] = "/tmp/ting-conf-XXXXXX";
static char file[64];

static void set_up(void)
{
	cr_assert(mkdtemp(dir));
	(void)snprintf(file, sizeof file, "%s/t.conf", dir);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st;
	(void)type;
	(void)place;
	return remove(path);
}

static void tear_down(void)
{
	cr_expect_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* A folder in the folder. */
static void put_folder(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	cr_assert_eq(mkdir(path, 0700), 0);
}

#define FILE_TEST(claim) Test(conf, claim, .init = set_up, .fini = tear_down)

static void put_bytes(const char *name, const char *text, size_t size)
{
	FILE *f = fopen(name, "w");

	cr_assert(f);
	cr_assert_eq(fwrite(text, 1, size, f), size);
	cr_assert_eq(fclose(f), 0);
}

static void put(const char *name, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	put_bytes(path, text, strlen(text));
}

/* The configuration of that text; the caller's. */
static struct conf *good(const char *text)
{
	struct conf_error e;
	struct conf *c = NULL;

	put("t.conf", text);
	cr_assert_eq(conf_new(&c, file, NULL, 0, &e), 0, "%s", e.text);
	return c;
}

/* The sentence about that text, after the name of the file. */
static const char *ill(const char *text)
{
	static struct conf_error e;
	struct conf *c = NULL;

	put("t.conf", text);
	cr_assert_eq(conf_new(&c, file, NULL, 0, &e), -EINVAL);
	cr_assert_null(c);
	cr_assert_eq(strncmp(e.text, file, strlen(file)), 0, "%s", e.text);
	return e.text + strlen(file);
}

#define EXPECT_ILL(text, sentence) cr_expect_str_eq(ill(text), sentence)

TEST(conf, listens_on_loopback_and_lets_everyone_in_when_nothing_is_said, "")
{
	struct conf_error e;
	struct conf *c = NULL;

	cr_assert_eq(conf_new(&c, NULL, NULL, 0, &e), 0);
	cr_expect(c->is_local_only);
	cr_expect(c->allow_anonymous);
	cr_assert_eq(c->listener_count, 2);
	cr_expect_str_eq(c->listeners[0].address, "127.0.0.1");
	cr_expect_eq(c->listeners[0].port, 1883);
	cr_expect_not(c->listeners[0].is_optional);
	cr_expect_str_eq(c->listeners[1].address, "::1");
	cr_expect_eq(c->listeners[1].port, 1883);
	cr_expect(c->listeners[1].is_optional);
	conf_free(c);
}

TEST(conf, has_the_defaults_of_the_table, "")
{
	struct conf_error e;
	struct conf *c = NULL;

	cr_assert_eq(conf_new(&c, NULL, NULL, 0, &e), 0);
	cr_expect(c->allow_zero_length_clientid);
	cr_expect_str_eq(c->auto_id_prefix, "auto-");
	cr_expect(c->connection_messages);
	cr_expect_eq(c->log_dests & ~(unsigned)CONF_LOG_STANDARD, CONF_LOG_STDERR);
	cr_expect_eq(c->log_types & ~(unsigned)CONF_LOG_STANDARD,
		CONF_LOG_ERROR | CONF_LOG_WARNING | CONF_LOG_NOTICE | CONF_LOG_INFORMATION);
	cr_expect_eq(c->max_inflight_messages, 20);
	cr_expect_eq(c->max_queued_messages, 1000);
	cr_expect_eq(c->persistent_client_expiration, CONF_NEVER);
	cr_expect_eq(c->sys_interval, 10);
	cr_expect_eq(c->listeners[0].max_connections, CONF_UNLIMITED);
	cr_expect_eq(c->listeners[0].max_qos, 2);
	cr_expect_eq(c->listeners[0].max_topic_alias, 10);
	cr_expect_null(c->user);
	cr_expect_null(c->pid_file);
	conf_free(c);
}

TEST(conf, listens_on_loopback_at_each_port_of_the_command_line, "")
{
	static const int64_t ports[] = {0, 1884};
	struct conf_error e;
	struct conf *c = NULL;

	cr_assert_eq(conf_new(&c, NULL, ports, 2, &e), 0);
	cr_expect(c->is_local_only);
	cr_assert_eq(c->listener_count, 4);
	cr_expect_eq(c->listeners[1].port, 0);
	cr_expect_eq(c->listeners[2].port, 1884);
	cr_expect_str_eq(c->listeners[3].address, "::1");
	conf_free(c);
}

FILE_TEST(stays_on_loopback_when_the_file_opens_nothing)
{
	struct conf *c = good("max_connections 7\nsocket_domain ipv4\n");

	cr_expect(c->is_local_only);
	cr_expect(c->allow_anonymous);
	cr_assert_eq(c->listener_count, 1);
	cr_expect_str_eq(c->listeners[0].address, "127.0.0.1");
	cr_expect_eq(c->listeners[0].max_connections, 7);
	conf_free(c);
}

FILE_TEST(lets_nobody_in_by_default_once_the_file_listens)
{
	struct conf *c = good("listener 1883\n");

	cr_expect_not(c->is_local_only);
	cr_expect_not(c->allow_anonymous);
	cr_assert_eq(c->listener_count, 1);
	cr_expect_null(c->listeners[0].address);
	conf_free(c);
	c = good("listener 1883\nallow_anonymous true\n");
	cr_expect(c->allow_anonymous);
	conf_free(c);
	c = good("allow_anonymous false\n");
	cr_expect(c->is_local_only);
	cr_expect_not(c->allow_anonymous);
	conf_free(c);
}

FILE_TEST(gives_options_to_the_listener_before_them)
{
	struct conf *c = good("listener 1883\nmax_connections 5\n"
			      "listener 1884 ::1\nsocket_domain ipv6\n"
			      "listener 0 /tmp/a socket\n"
			      "listener 0 here\nsocket_domain unix\n"
			      "listener 0 localhost\n");

	cr_assert_eq(c->listener_count, 5);
	cr_expect_eq(c->listeners[0].max_connections, 5);
	cr_expect_eq(c->listeners[1].max_connections, CONF_UNLIMITED);
	cr_expect_str_eq(c->listeners[1].address, "::1");
	cr_expect_eq(c->listeners[1].socket_domain, CONF_IPV6);
	cr_expect_str_eq(c->listeners[2].address, "/tmp/a socket");
	cr_expect_eq(c->listeners[2].socket_domain, CONF_UNIX);
	cr_expect_eq(c->listeners[3].socket_domain, CONF_UNIX);
	cr_expect_eq(c->listeners[4].socket_domain, CONF_ANY_DOMAIN);
	conf_free(c);
}

FILE_TEST(opens_the_listener_of_port_and_bind_address_first)
{
	struct conf *c = good("max_connections 3\nlistener 1884\nbind_address 127.0.0.2\n");

	cr_assert_eq(c->listener_count, 2);
	cr_expect_eq(c->listeners[0].port, 1883);
	cr_expect_str_eq(c->listeners[0].address, "127.0.0.2");
	cr_expect_eq(c->listeners[0].max_connections, 3);
	cr_expect_eq(c->listeners[1].port, 1884);
	cr_expect_not(c->allow_anonymous);
	conf_free(c);
	c = good("port 1900\n");
	cr_assert_eq(c->listener_count, 1);
	cr_expect_eq(c->listeners[0].port, 1900);
	cr_expect_null(c->listeners[0].address);
	conf_free(c);
}

FILE_TEST(adds_the_ports_of_the_command_line_to_a_file_that_listens)
{
	static const int64_t ports[] = {1885};
	struct conf_error e;
	struct conf *c = NULL;

	put("t.conf", "listener 1884\n");
	cr_assert_eq(conf_new(&c, file, ports, 1, &e), 0);
	cr_assert_eq(c->listener_count, 3);
	cr_expect_not(c->is_local_only);
	cr_expect_not(c->allow_anonymous);
	cr_expect_str_eq(c->listeners[1].address, "127.0.0.1");
	cr_expect_eq(c->listeners[1].port, 1885);
	conf_free(c);
}

FILE_TEST(refuses_listeners_that_contradict_themselves_or_each_other)
{
	EXPECT_ILL("listener\n",
		":1: listener: expected a port from 0 to 65535 and maybe an address or a path, "
		"found nothing");
	EXPECT_ILL("listener 65536\n",
		":1: listener: expected a port from 0 to 65535 and maybe an address or a path, "
		"found \"65536\"");
	EXPECT_ILL("listener 1883 /tmp/x\n",
		":1: listener: the path of a UNIX socket needs port 0 and no socket_domain but "
		"unix");
	EXPECT_ILL("listener 0\nsocket_domain unix\n",
		":2: socket_domain: unix needs \"listener 0 PATH\"");
	EXPECT_ILL("socket_domain unix\n", ":1: socket_domain: unix needs \"listener 0 PATH\"");
	EXPECT_ILL("max_connections 3\nlistener 1884\n",
		":1: max_connections: must stand after the listener that it is for");
}

FILE_TEST(names_the_other_place_when_listeners_clash)
{
	char sentence[200];

	(void)snprintf(sentence, sizeof sentence, ":3: listener: the same is opened by %s:1", file);
	cr_expect_str_eq(ill("listener 1883\nlistener 1884\nlistener 1883\n"), sentence);
	(void)snprintf(sentence, sizeof sentence,
		":4: max_qos: all listeners must agree so far; see %s:2", file);
	cr_expect_str_eq(ill("listener 1883\nmax_qos 1\nlistener 1884\nmaximum_qos 0\n"), sentence);
	(void)snprintf(sentence, sizeof sentence,
		":3: max_topic_alias: all listeners must agree so far; see %s:2", file);
	cr_expect_str_eq(ill("listener 1883\nmax_topic_alias 1\nlistener 1884\n"), sentence);
}

FILE_TEST(refuses_the_path_of_a_socket_that_is_too_long)
{
	static const char start[] = "listener 0 /";
	char text[sizeof start + CONF_UNIX_PATH_MAX] = {0};

	memset(text, 'x', sizeof text - 1);
	memcpy(text, start, sizeof start - 1);
	text[sizeof text - 2] = '\0';
	conf_free(good(text));
	text[sizeof text - 2] = 'x';
	EXPECT_ILL(text, ":1: listener: the path of a UNIX socket has at most 107 bytes");
}

FILE_TEST(passes_over_comments_blanks_and_carriage_returns)
{
	struct conf *c = good("# a comment\r\n\r\n   \t\n\t# another\n"
			      "\tsys_interval \t 3 \t\r\nmax_keepalive 60");

	cr_expect_eq(c->sys_interval, 3);
	cr_expect_eq(c->max_keepalive, 60);
	conf_free(c);
}

FILE_TEST(names_the_nearest_option)
{
	EXPECT_ILL("\nmax_conections 3\n",
		":2: expected an option, found \"max_conections\"; the nearest is max_connections");
	EXPECT_ILL("prot 1883\n", ":1: expected an option, found \"prot\"; the nearest is port");
	EXPECT_ILL("colour red\n", ":1: expected an option, found \"colour\"");
	EXPECT_ILL("x\x01y\n", ":1: expected an option, found \"x\\x01y\"");
}

FILE_TEST(refuses_what_ting_does_not_have_yet)
{
	EXPECT_ILL("password_file /etc/passwd\n",
		":1: password_file: ting has no passwords and access rules yet");
	EXPECT_ILL("persistence true\n",
		":1: persistence: ting does not keep anything on disk yet "
		"(only false is accepted)");
	EXPECT_ILL("log_dest topic\n",
		":1: log_dest: topic: ting does not publish its log on topics yet");
	conf_free(good("persistence false\nper_listener_settings false\n"));
}

FILE_TEST(refuses_an_option_that_was_set_before)
{
	char sentence[200];

	(void)snprintf(
		sentence, sizeof sentence, ":3: sys_interval: was set before, in %s:1", file);
	cr_expect_str_eq(ill("sys_interval 1\n\nsys_interval 2\n"), sentence);
	(void)snprintf(sentence, sizeof sentence, ":3: maximum_qos: was set before, in %s:2", file);
	cr_expect_str_eq(ill("listener 1\nmax_qos 1\nmaximum_qos 1\n"), sentence);
}

FILE_TEST(refuses_bytes_that_are_not_text)
{
	static const char sentence[] = "%s:2: expected UTF-8 text without NUL bytes";
	static const char nul[] = "port 1\nuser a\0b\n", comment[] = "\n# \xff\n";
	char expected[200];
	struct conf_error e;
	struct conf *c = NULL;

	(void)snprintf(expected, sizeof expected, sentence, file);
	put_bytes(file, nul, sizeof nul - 1);
	cr_expect_eq(conf_new(&c, file, NULL, 0, &e), -EINVAL);
	cr_expect_str_eq(e.text, expected);
	put_bytes(file, comment, sizeof comment - 1);
	cr_expect_eq(conf_new(&c, file, NULL, 0, &e), -EINVAL);
	cr_expect_str_eq(e.text, expected);
}

FILE_TEST(refuses_lines_and_files_that_are_too_long)
{
	static char text[CONF_FILE_BYTES_MAX + 2];
	struct conf_error e;
	struct conf *c = NULL;

	memset(text, 'x', CONF_LINE_BYTES_MAX + 1);
	EXPECT_ILL(text, ":1: expected at most 4095 bytes in a line");
	memset(text, '\n', sizeof text);
	put_bytes(file, text, sizeof text - 2);
	cr_expect_eq(conf_new(&c, file, NULL, 0, &e), 0);
	conf_free(c);
	put_bytes(file, text, sizeof text - 1);
	cr_expect_eq(conf_new(&c, file, NULL, 0, &e), -EINVAL);
	cr_expect_str_eq(e.text + strlen(file), ": expected at most 1048576 bytes");
}

TEST(conf, says_which_file_it_cannot_read, "")
{
	struct conf_error e;
	struct conf *c = NULL;

	cr_expect_eq(conf_new(&c, "/nowhere/t.conf", NULL, 0, &e), -ENOENT);
	cr_expect_str_eq(e.text, "/nowhere/t.conf: No such file or directory");
	cr_expect_eq(conf_new(&c, "/", NULL, 0, &e), -EISDIR);
	cr_expect_str_eq(e.text, "/: Is a directory");
}

FILE_TEST(reads_included_files_in_the_order_of_mosquitto)
{
	static const char *const names[] = {"00", "01", "A", "a", "B", "b"};
	char text[200], name[32];
	struct conf *c;

	put_folder("d");
	for (size_t i = 0; i < 6; i++) {
		(void)snprintf(name, sizeof name, "d/%s.conf", names[5 - i]);
		(void)snprintf(text, sizeof text, "listener %zu\n", 100 - i);
		put(name, text);
	}
	put("d/not.conf.bak", "nonsense\n");
	put("d/.conf", "nonsense\n");
	(void)snprintf(text, sizeof text, "include_dir %s/d\nsys_interval 1\n", dir);
	c = good(text);
	cr_assert_eq(c->listener_count, 6);
	for (size_t i = 0; i < 6; i++)
		cr_expect_eq(c->listeners[i].port, (int64_t)(95 + i), "%s", names[i]);
	cr_expect_eq(c->sys_interval, 1);
	conf_free(c);
}

FILE_TEST(names_the_included_file_that_is_wrong)
{
	char text[200], expected[200];
	struct conf_error e;
	struct conf *c = NULL;

	put_folder("d");
	put("d/x.conf", "\nmax_qos 3\n");
	(void)snprintf(text, sizeof text, "include_dir %s/d\n", dir);
	put("t.conf", text);
	cr_expect_eq(conf_new(&c, file, NULL, 0, &e), -EINVAL);
	(void)snprintf(expected, sizeof expected,
		"%s/d/x.conf:2: max_qos: expected a number from 0 to 2, found \"3\"", dir);
	cr_expect_str_eq(e.text, expected);
}

FILE_TEST(does_not_include_in_circles)
{
	char text[200], expected[200];
	struct conf_error e;
	struct conf *c = NULL;

	(void)snprintf(text, sizeof text, "include_dir %s\n", dir);
	put("t.conf", text);
	cr_expect_eq(conf_new(&c, file, NULL, 0, &e), -EINVAL);
	(void)snprintf(expected, sizeof expected,
		"%s/t.conf:1: include_dir: only the main file may include others", dir);
	cr_expect_str_eq(e.text, expected);
	EXPECT_ILL("include_dir\n", ":1: include_dir: expected a directory, found nothing");
	EXPECT_ILL("include_dir /nowhere\n",
		":1: include_dir: cannot read /nowhere: No such file or directory");
}

/* Adds the option to the stream that `context` is. */
static void note(void *context, const char *option)
{
	(void)fprintf(context, "%s ", option);
}

/* The options that need a restart, each with a blank behind it. */
static const char *differences(const struct conf *old, const struct conf *new)
{
	static char names[200];
	FILE *out = fmemopen(names, sizeof names, "w");

	cr_assert(out);
	conf_differences(old, new, note, out);
	(void)fputc('\0', out);
	cr_assert_eq(fclose(out), 0);
	return names;
}

FILE_TEST(names_what_needs_a_restart_and_nothing_else)
{
	struct conf *old = good("listener 1883\nmax_connections 1\nuser a\nsys_interval 1\n");
	struct conf *same = good("listener 1883\nmax_connections 1\nuser a\nsys_interval 2\n");
	struct conf *other = good("listener 1883\nmax_connections 2\npid_file b\nuser c\n");
	struct conf *moved = good("listener 1884\nmax_connections 2\nuser a\n");

	cr_expect_str_eq(differences(old, same), "");
	cr_expect_str_eq(differences(old, other), "max_connections pid_file user ");
	cr_expect_str_eq(differences(old, moved), "listener ");
	conf_free(old);
	conf_free(same);
	conf_free(other);
	conf_free(moved);
}

FILE_TEST(takes_any_prefix_of_a_file_or_says_where_it_is_wrong)
{
	static const char text[] = "listener 1883 localhost\nmax_qos 1\nlog_type all\n"
				   "log_dest file /x\npersistent_client_expiration 2m\n";
	struct conf_error e;
	struct conf *c;

	for (size_t size = 0; size < sizeof text; size++) {
		int error;

		put_bytes(file, text, size);
		c = NULL;
		error = conf_new(&c, file, NULL, 0, &e);
		cr_expect(error == 0 ? c && !e.text[0] : error == -EINVAL && !c && e.text[0]);
		conf_free(c);
	}
}
