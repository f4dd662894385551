#include "base/base_list.h"
#include "base/base_test.h"

struct item {
	int number;
	struct list link;
};

/* The numbers of the items as digits, so that 123 is 1, 2, 3. */
static int digits(const struct list *head)
{
	int sum = 0;

	list_for_each (l, head)
		sum = 10 * sum + LIST_ENTRY(l, struct item, link)->number;
	return sum;
}

static void setup(struct list *head, struct item items[3])
{
	list_init(head);
	for (int i = 0; i < 3; i++) {
		items[i].number = i + 1;
		list_init(&items[i].link);
	}
}

TEST(list, new_list_is_empty, "")
{
	struct list head;

	list_init(&head);
	cr_expect(list_is_empty(&head));
	cr_expect_null(list_first(&head));
	cr_expect_eq(digits(&head), 0);
}

TEST(list, append_adds_at_the_end, "")
{
	struct list head;
	struct item items[3];

	setup(&head, items);
	for (int i = 0; i < 3; i++)
		list_append(&head, &items[i].link);
	cr_expect_eq(digits(&head), 123);
	cr_expect_eq(list_first(&head), &items[0].link);
}

TEST(list, prepend_adds_at_the_front, "")
{
	struct list head;
	struct item items[3];

	setup(&head, items);
	for (int i = 0; i < 3; i++)
		list_prepend(&head, &items[i].link);
	cr_expect_eq(digits(&head), 321);
}

TEST(list, insert_adds_before_the_place, "")
{
	struct list head;
	struct item items[3];

	setup(&head, items);
	list_append(&head, &items[0].link);
	list_append(&head, &items[1].link);
	list_insert(&items[1].link, &items[2].link);
	cr_expect_eq(digits(&head), 132);
}

TEST(list, remove_works_anywhere_and_twice, "")
{
	static const int left[] = {23, 13, 12};

	for (int i = 0; i < 3; i++) {
		struct list head;
		struct item items[3];

		setup(&head, items);
		for (int j = 0; j < 3; j++)
			list_append(&head, &items[j].link);
		list_remove(&items[i].link);
		list_remove(&items[i].link);
		cr_expect_eq(digits(&head), left[i]);
		cr_expect(list_is_empty(&items[i].link));
	}
}

TEST(list, removed_element_may_be_added_again, "")
{
	struct list head;
	struct item items[3];

	setup(&head, items);
	for (int i = 0; i < 3; i++)
		list_append(&head, &items[i].link);
	list_remove(&items[0].link);
	list_append(&head, &items[0].link);
	cr_expect_eq(digits(&head), 231);
}

TEST(list, safe_loop_may_remove_its_element, "")
{
	struct list head;
	struct item items[3];
	int seen = 0;

	setup(&head, items);
	for (int i = 0; i < 3; i++)
		list_append(&head, &items[i].link);
	list_for_each_safe (l, &head) {
		seen = 10 * seen + LIST_ENTRY(l, struct item, link)->number;
		list_remove(l);
	}
	cr_expect_eq(seen, 123);
	cr_expect(list_is_empty(&head));
}
