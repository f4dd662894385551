/* base_utf8.h - is this text that MQTT allows? */
#ifndef TING_BASE_UTF8_H
#define TING_BASE_UTF8_H

#include "base/base_span.h"

/* Well-formed UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) without U+0000.
 * Control characters and non-characters are allowed.  [MQTT-1.5.4-1] [MQTT-1.5.4-2] */
bool utf8_is_text(struct span s);

#endif
