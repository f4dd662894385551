#include "base/base_test.h"
#include "lab/lab_look.h"
#include "net/net_server.h"

#include <string.h>

TEST(look, every_model_has_its_own, "")
{
	for (size_t i = 0; net_model_name(i); i++) {
		const struct lab_look *own = lab_look_find(net_model_name(i));

		cr_assert_str_eq(own->model, net_model_name(i));
		for (size_t j = 0; j < i; j++) {
			const struct lab_look *other = lab_look_find(net_model_name(j));

			cr_assert_str_neq(own->light, other->light);
			cr_assert_str_neq(own->dark, other->dark);
		}
	}
	cr_assert_str_eq(lab_look_find("unheard-of")->model, LAB_OTHER);
}
