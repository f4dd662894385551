/* base_list.h - a doubly linked ring whose links live inside the elements.
 *
 * A head and an element have the same type.  An element that is in no list links to itself, so that
 * removing it twice is harmless. */
#ifndef TING_BASE_LIST_H
#define TING_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

/* The structure of `type` whose member `member` is at `link`. */
#define LIST_ENTRY(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

#define list_for_each(link, head)                                                                  \
	for (struct list * (link) = (head)->next; (link) != (head); (link) = (link)->next)

/* The body may remove `link`, and nothing else. */
#define list_for_each_safe(link, head)                                                             \
	for (struct list * (link) = (head)->next, *link##_next = (link)->next; (link) != (head);   \
		(link) = link##_next, link##_next = (link)->next)

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_is_empty(const struct list *l)
{
	return l->next == l;
}

/* Puts `l` just before `place`: at the end, when `place` is the head. */
static inline void list_insert(struct list *place, struct list *l)
{
	l->next = place;
	l->prev = place->prev;
	place->prev->next = l;
	place->prev = l;
}

static inline void list_append(struct list *head, struct list *l)
{
	list_insert(head, l);
}

static inline void list_prepend(struct list *head, struct list *l)
{
	list_insert(head->next, l);
}

static inline void list_remove(struct list *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
	list_init(l);
}

/* The first element, or NULL. */
static inline struct list *list_first(const struct list *head)
{
	return list_is_empty(head) ? NULL : head->next;
}

#endif
