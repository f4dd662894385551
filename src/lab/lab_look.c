/* lab_look.c - colours say what is related: processes are red, threads violet, loops blue and
 * green; marks tell them apart for who does not see that. */
#include "lab/lab_look.h"

#include <string.h>

#define CIRCLE  "M-4.8 0a4.8 4.8 0 1 0 9.6 0a4.8 4.8 0 1 0-9.6 0z"
#define SQUARE  "M-4.4-4.4h8.8v8.8h-8.8z"
#define UP      "M0-5.8L5.6 4.4H-5.6z"
#define DOWN    "M0 5.8L5.6-4.4H-5.6z"
#define DIAMOND "M0-5.8L5.8 0L0 5.8L-5.8 0z"
#define BAR     "M-5.4-2.2h10.8v4.4h-10.8z"

static const struct lab_look looks[] = {
	{LAB_FLOOR, "#6b757d", "#98a3ab", BAR}, {"iterative", "#8a6a2f", "#d0aa62", DIAMOND},
	{"fork", "#b3263a", "#f2697b", SQUARE}, {"prefork", "#e0701b", "#f79a55", UP},
	{"thread", "#6f42a8", "#b08be0", SQUARE}, {"pool", "#c04fa5", "#e58bd0", UP},
	{"select", "#5b93c9", "#7fb4e6", DOWN}, {"poll", "#1f62b0", "#4f97ee", UP},
	{"epoll", "#0b8a62", "#2fc796", CIRCLE}, {"reuseport", "#0c7f95", "#3dbdd4", DIAMOND},
	{LAB_OTHER, "#444c52", "#c3ccd3", CIRCLE}, /* the last: also for unknown ones */
};

enum { LOOKS = sizeof looks / sizeof looks[0] };

static const char style[] =
	":root{color-scheme:light dark;--paper:#f7f7f4;--card:#fff;--ink:#1b2227;--soft:#59656d;"
	"--line:#dde1e3;--good:#0b8a62;--h1:#dcefe6;--h2:#eef3dc;--h3:#faf0d2;--h4:#fbe1cb;"
	"--h5:#f6cfcb;--h6:#eab5b8}\n"
	"@media (prefers-color-scheme:dark){:root{--paper:#12171b;--card:#1a2126;--ink:#e2e8ec;"
	"--soft:#9aa7b0;--line:#313b42;--good:#2fc796;--h1:#163a2e;--h2:#2c3a1f;--h3:#413816;"
	"--h4:#4a3017;--h5:#4f2622;--h6:#5a1f28}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
	"main{max-width:92rem;margin:0 auto;padding:2.2rem clamp(1rem,3vw,3rem) 4rem}\n"
	"h1{font-size:2rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.015em}\n"
	"h2{font-size:1.35rem;margin:2.8rem 0 .6rem;letter-spacing:-.01em}\n"
	"h3{font-size:1rem;margin:0}\n"
	"p{max-width:46rem;margin:.5rem 0}\n"
	".facts,.hint{color:var(--soft);font-size:.9rem}\n"
	"code{font:.92em ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}\n"
	".answers{columns:24rem;column-gap:1.1rem;margin:1rem 0}\n"
	"article{background:var(--card);border:1px solid var(--line);border-top:3px solid "
	"var(--good);border-radius:8px;padding:.8rem 1.1rem .9rem;font-size:.94rem;"
	"break-inside:avoid;margin-bottom:1.1rem}\n"
	"article:first-child,article:last-child{column-span:all}\n"
	"article:first-child{font-size:1.05rem}\n"
	".charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22.5rem),1fr))"
	";"
	"gap:1.1rem}\n"
	"figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;"
	"padding:.9rem 1rem 1rem;break-inside:avoid;min-width:0}\n"
	"figcaption{margin-bottom:.5rem}\n"
	"figcaption span{color:var(--soft);font-size:.82rem}\n"
	"svg{display:block;width:100%;height:auto}\n"
	"svg text{font-size:12px;fill:var(--soft)}\n"
	".grid{stroke:var(--line);stroke-width:1}\n"
	".s path{stroke:var(--c);stroke-width:2;fill:none;stroke-linejoin:round}\n"
	".s .mark{fill:var(--c);stroke:var(--card);stroke-width:1.2}\n"
	".s .partly{fill:var(--card);stroke:var(--c)}\n"
	".m-floor .line{stroke-dasharray:6 4}\n"
	".legend{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;padding:0;margin:.4rem 0 .9rem;"
	"list-style:none;font-size:.9rem}\n"
	".legend li{display:flex;align-items:center;gap:.4rem;cursor:default}\n"
	".legend svg{width:26px;height:12px;flex:none}\n"
	".wide{overflow-x:auto}\n"
	"table{border-collapse:collapse;font-size:.8rem;font-variant-numeric:tabular-nums;"
	"line-height:1.35}\n"
	"figure table{width:100%;margin-top:.5rem}\n"
	"th,td{text-align:right;padding:.16rem .45rem;white-space:nowrap}\n"
	"th:first-child{text-align:left;font-weight:600}\n"
	"thead th{color:var(--soft);font-weight:500;border-bottom:1px solid var(--line)}\n"
	"tbody th{color:var(--c,inherit)}\n"
	"td.best{font-weight:700}\n"
	"td.none{color:var(--soft)}td.partly{color:var(--soft);font-style:italic}\n"
	".heat{font-size:.88rem}\n"
	".heat td{border:2px solid var(--paper);padding:.28rem .6rem}\n"
	".heat th[scope=colgroup]{text-align:center;border-left:8px solid var(--paper)}\n"
	".h1{background:var(--h1)}.h2{background:var(--h2)}.h3{background:var(--h3)}"
	".h4{background:var(--h4)}.h5{background:var(--h5)}.h6{background:var(--h6)}\n"
	".notes{font-size:.92rem;padding-left:1.2rem;max-width:60rem}\n"
	"@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}"
	"h2{break-after:avoid}figure,article{break-inside:avoid}"
	".charts{grid-template-columns:1fr 1fr}}\n";

const struct lab_look *lab_look_find(const char *model)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (strcmp(looks[i].model, model) == 0)
			return &looks[i];
	return &looks[LOOKS - 1];
}

/* Who points at a model in a legend sees it alone. */
static void print_pointing(FILE *out, const char *model)
{
	(void)fprintf(
		out, "section:has(.legend .m-%s:hover) .s:not(.m-%s){opacity:.1}\n", model, model);
}

void lab_look_print_base(FILE *out)
{
	(void)fputs(style, out);
}

void lab_look_print_style(FILE *out, const struct lab_plan *p)
{
	lab_look_print_base(out);
	for (size_t i = 0; i < p->model_count; i++)
		(void)fprintf(
			out, ".m-%s{--c:%s}\n", p->models[i], lab_look_find(p->models[i])->light);
	(void)fputs("@media (prefers-color-scheme:dark){\n", out);
	for (size_t i = 0; i < p->model_count; i++)
		(void)fprintf(
			out, ".m-%s{--c:%s}\n", p->models[i], lab_look_find(p->models[i])->dark);
	(void)fputs("}\n", out);
	for (size_t i = 0; i < p->model_count; i++)
		print_pointing(out, p->models[i]);
}
