/* apps_json.c - a writer, and a reader that feeds it.
 *
 * The reader keeps no tree and does not recurse: what is open is on the writer's stack. */
#include "apps/apps_json.h"

#include <assert.h>
#include <inttypes.h>

void json_init(struct json *j, FILE *out, bool is_pretty)
{
	*j = (struct json){.out = out, .is_pretty = is_pretty};
}

static void put(struct json *j, const char *text)
{
	(void)fputs(text, j->out);
}

static void put_line(struct json *j, unsigned depth)
{
	(void)fputc('\n', j->out);
	while (depth--)
		(void)fputc('\t', j->out);
}

/* What stands before a member of what is open. */
static void put_separator(struct json *j)
{
	if (j->is_continued[j->depth])
		put(j, j->is_pretty && j->is_array[j->depth] ? ", " : ",");
	j->is_continued[j->depth] = true;
	if (j->is_pretty && j->depth && !j->is_array[j->depth])
		put_line(j, j->depth);
}

static void put_string(struct json *j, struct span text)
{
	static const char *const named[0x20] = {
		['\b'] = "\\b",
		['\t'] = "\\t",
		['\n'] = "\\n",
		['\f'] = "\\f",
		['\r'] = "\\r",
	};

	(void)fputc('"', j->out);
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];

		if (c == '"' || c == '\\')
			(void)fputc('\\', j->out);
		if (c >= 0x20)
			(void)fputc(c, j->out);
		else if (named[c])
			put(j, named[c]);
		else
			(void)fprintf(j->out, "\\u%04x", c);
	}
	(void)fputc('"', j->out);
}

void json_key(struct json *j, struct span key)
{
	assert(!j->has_key && j->depth && !j->is_array[j->depth]);
	put_separator(j);
	put_string(j, key);
	put(j, j->is_pretty ? ":\t" : ":");
	j->has_key = true;
}

/* Every value begins here. */
static void value_begin(struct json *j)
{
	assert(j->has_key || j->depth == 0 || j->is_array[j->depth]);
	if (!j->has_key)
		put_separator(j);
	j->has_key = false;
}

void json_text(struct json *j, struct span text)
{
	value_begin(j);
	put_string(j, text);
}

void json_number(struct json *j, int64_t number)
{
	value_begin(j);
	(void)fprintf(j->out, "%" PRId64, number);
}

void json_token(struct json *j, struct span token)
{
	value_begin(j);
	(void)fwrite(token.at, 1, token.size, j->out);
}

void json_open(struct json *j, bool is_array)
{
	value_begin(j);
	assert(j->depth < JSON_DEPTH_MAX);
	j->depth++;
	j->is_array[j->depth] = is_array;
	j->is_continued[j->depth] = false;
	put(j, is_array ? "[" : "{");
}

void json_close(struct json *j)
{
	bool is_array = j->is_array[j->depth--];

	assert(!j->has_key);
	if (j->is_pretty && !is_array)
		put_line(j, j->depth);
	put(j, is_array ? "]" : "}");
}

/* Reading. */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span skip_blanks(struct span s)
{
	while (s.size && is_blank(s.at[0]))
		s = span_skip(s, 1);
	return s;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_size(struct span s)
{
	size_t i = 0;

	while (i < s.size && is_digit(s.at[i]))
		i++;
	return i;
}

/* Bytes of the number at the front; 0 when there is none. */
static size_t number_size(struct span s)
{
	size_t i = s.size && s.at[0] == '-', digits = digits_size(span_skip(s, i));

	if (digits == 0 || (digits > 1 && s.at[i] == '0'))
		return 0;
	i += digits;
	if (i < s.size && s.at[i] == '.') {
		digits = digits_size(span_skip(s, i + 1));
		if (digits == 0)
			return 0;
		i += 1 + digits;
	}
	if (i < s.size && (s.at[i] == 'e' || s.at[i] == 'E')) {
		i++;
		i += i < s.size && (s.at[i] == '+' || s.at[i] == '-');
		digits = digits_size(span_skip(s, i));
		if (digits == 0)
			return 0;
		i += digits;
	}
	return i;
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Bytes of the escape at the front; 0 when it is none. */
static size_t escape_size(struct span s)
{
	if (s.size >= 2 && strchr("\"\\/bfnrt", s.at[1]) && s.at[1])
		return 2;
	if (s.size < 6 || s.at[1] != 'u')
		return 0;
	for (size_t i = 2; i < 6; i++)
		if (!is_hex(s.at[i]))
			return 0;
	return 6;
}

/* Bytes of the string at the front with its quotes; 0 when there is none. */
static size_t string_size(struct span s)
{
	size_t i = 1;

	if (s.size == 0 || s.at[0] != '"')
		return 0;
	while (i < s.size && s.at[i] != '"') {
		size_t size = s.at[i] == '\\' ? escape_size(span_skip(s, i)) : s.at[i] >= 0x20;

		if (size == 0)
			return 0;
		i += size;
	}
	return i < s.size ? i + 1 : 0;
}

/* Bytes of the string, number or word at the front; 0 when there is none. */
static size_t scalar_size(struct span s)
{
	static const struct span words[] = {{(const uint8_t *)"true", 4},
		{(const uint8_t *)"false", 5}, {(const uint8_t *)"null", 4}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (span_starts(s, words[i]))
			return words[i].size;
	return s.size && s.at[0] == '"' ? string_size(s) : number_size(s);
}

/* Copies a member's name and its colon, if an object wants one.  False: there is none. */
static bool copy_key(struct json *j, struct span *left, unsigned base)
{
	size_t size;

	if (j->depth == base || j->is_array[j->depth])
		return true;
	size = string_size(*left);
	if (size == 0)
		return false;
	put_separator(j);
	(void)fwrite(left->at, 1, size, j->out);
	put(j, j->is_pretty ? ":\t" : ":");
	j->has_key = true;
	*left = skip_blanks(span_skip(*left, size));
	if (left->size == 0 || left->at[0] != ':')
		return false;
	*left = skip_blanks(span_skip(*left, 1));
	return true;
}

/* After a value: closes what ends here and goes past a comma.  False: neither fits. */
static bool copy_end(struct json *j, struct span *left, unsigned base)
{
	*left = skip_blanks(*left);
	while (j->depth > base && left->size &&
		left->at[0] == (j->is_array[j->depth] ? ']' : '}')) {
		json_close(j);
		*left = skip_blanks(span_skip(*left, 1));
	}
	if (j->depth == base)
		return true;
	if (left->size == 0 || left->at[0] != ',')
		return false;
	*left = skip_blanks(span_skip(*left, 1));
	return true;
}

bool json_copy(struct json *j, struct span text)
{
	struct span left = skip_blanks(text);
	unsigned base = j->depth;

	do {
		size_t size;

		if (!copy_key(j, &left, base) || left.size == 0)
			return false;
		if (left.at[0] == '[' || left.at[0] == '{') {
			bool is_array = left.at[0] == '[';

			if (j->depth == JSON_DEPTH_MAX)
				return false;
			json_open(j, is_array);
			left = skip_blanks(span_skip(left, 1));
			if (left.size == 0 || left.at[0] != (is_array ? ']' : '}'))
				continue; /* with its first member */
		} else {
			size = scalar_size(left);
			if (size == 0)
				return false;
			json_token(j, span_of(left.at, size));
			left = span_skip(left, size);
		}
		if (!copy_end(j, &left, base))
			return false;
	} while (j->depth > base);
	return left.size == 0;
}
