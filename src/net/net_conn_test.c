#include "net/net_conn.h"

#include "base/base_test_alloc.h"

TEST(net_conn, numbers_are_never_zero_and_never_the_same, "")
{
	struct net_conns c;
	conn_id before = 0;

	net_conns_init(&c, &alloc_libc, 0);
	for (int i = 0; i < 1000; i++) {
		struct net_conn *n = net_conns_take(&c);
		conn_id id = net_conn_id(n);

		cr_expect_neq(id, 0);
		cr_expect_neq(id, before);
		cr_expect_eq(net_conns_find(&c, id), n);
		cr_expect_null(net_conns_find(&c, before));
		net_conns_give(&c, n);
		cr_expect_null(net_conns_find(&c, id));
		before = id;
	}
	cr_expect_eq(net_conns_room(&c), 256, "one slot is enough for one at a time");
	net_conns_done(&c);
}

TEST(net_conn, a_generation_that_wraps_does_not_become_zero, "")
{
	struct net_conns c;
	struct net_conn *n;

	net_conns_init(&c, &alloc_libc, 0);
	n = net_conns_take(&c);
	cr_assert_eq(n->slot, 0);
	n->generation = UINT32_MAX;
	net_conns_give(&c, n);
	cr_assert_eq(net_conns_take(&c), n);
	cr_expect_eq(net_conn_id(n), (conn_id)1 << 32);
	net_conns_done(&c);
}

TEST(net_conn, a_connection_stays_where_it_is_while_the_table_grows, "")
{
	static struct net_conn *all[10000];
	struct net_conns c;

	net_conns_init(&c, &alloc_libc, 0);
	for (int i = 0; i < 10000; i++)
		all[i] = net_conns_take(&c);
	for (int i = 0; i < 10000; i++)
		cr_assert_eq(net_conns_find(&c, net_conn_id(all[i])), all[i]);
	net_conns_done(&c);
}

TEST(net_conn, numbers_that_were_never_given_are_nobodys, "")
{
	struct net_conns c;

	net_conns_init(&c, &alloc_libc, 0);
	cr_expect_null(net_conns_find(&c, 0));
	cr_expect_null(net_conns_find(&c, UINT64_MAX));
	net_conns_take(&c);
	cr_expect_null(net_conns_find(&c, 0));
	cr_expect_null(net_conns_find(&c, 255));
	cr_expect_null(net_conns_find(&c, 256));
	cr_expect_null(net_conns_find(&c, UINT64_MAX));
	net_conns_done(&c);
}

TEST(net_conn, without_memory_there_is_no_connection, "")
{
	struct net_conns c;
	struct test_alloc t;

	test_alloc_init(&t);
	net_conns_init(&c, &t.alloc, 0);
	t.grants = 0;
	cr_expect_null(net_conns_take(&c));
	t.grants = 1;
	cr_expect_null(net_conns_take(&c));
	t.grants = 1;
	cr_expect_not_null(net_conns_take(&c));
	net_conns_done(&c);
	cr_expect_eq(t.blocks, 0);
}
