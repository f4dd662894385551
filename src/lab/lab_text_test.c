#include "base/base_test.h"
#include "lab/lab_text.h"

#include <stdlib.h>

static const struct {
	enum lab_figure figure;
	double value;
	const char *text, *tick;
} rows[] = {
	{LAB_THROUGHPUT, 0, "0/s", "0/s"},
	{LAB_THROUGHPUT, 7, "7/s", "7/s"},
	{LAB_THROUGHPUT, 280884, "281 k/s", "281 k/s"},
	{LAB_THROUGHPUT, 999.9, "1.00 k/s", "1 k/s"},
	{LAB_THROUGHPUT, 2500000, "2.50 M/s", "2.5 M/s"},
	{LAB_CPU, 3444, "3.44 µs", "3.44 µs"},
	{LAB_CPU, 20000, "20.0 µs", "20 µs"},
	{LAB_P50, 999, "999 ns", "999 ns"},
	{LAB_P99, 1e9, "1.00 s", "1 s"},
	{LAB_P99, 5e6, "5.00 ms", "5 ms"},
	{LAB_P99, 100e6, "100 ms", "100 ms"},
	{LAB_MEMORY, 562176, "562 kB", "562 kB"},
	{LAB_MEMORY, 12345678, "12.3 MB", "12.3 MB"},
	{LAB_RATIO, 1.046, "1.05", "1.05"},
	{LAB_RATIO, 2, "2.00", "2"},
};

TEST(text, has_three_digits_and_a_unit, "")
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[LAB_TEXT_MAX + 1];

		lab_text_figure(text, rows[i].figure, rows[i].value);
		cr_assert_str_eq(text, rows[i].text, "%s", text);
		lab_text_tick(text, rows[i].figure, rows[i].value);
		cr_assert_str_eq(text, rows[i].tick, "%s", text);
	}
}

TEST(text, numbers_have_commas, "")
{
	static const struct {
		double value;
		const char *text;
	} numbers[] = {{0, "0"}, {7, "7"}, {999, "999"}, {1000, "1,000"}, {12345, "12,300"},
		{280884, "281,000"}, {1e6, "1,000,000"}, {999999, "1,000,000"}};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char text[LAB_TEXT_MAX + 1];

		lab_text_number(text, numbers[i].value);
		cr_assert_str_eq(text, numbers[i].text, "%s", text);
	}
}

TEST(text, of_somebody_stays_text_in_a_page, "")
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	lab_text_print(out, "<a href=\"x\">\n\1 1 & 2 µs");
	cr_assert_eq(fclose(out), 0);
	cr_assert_str_eq(text, "&lt;a href=&quot;x&quot;&gt; 1 &amp; 2 µs");
	free(text);
}
