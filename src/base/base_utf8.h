/* base_utf8.h - is this text that MQTT allows, and that a terminal may be shown? */
#ifndef TING_BASE_UTF8_H
#define TING_BASE_UTF8_H

#include "base/base_span.h"

/* Well-formed UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) without U+0000.
 * Control characters and non-characters are allowed.  [MQTT-1.5.4-1] [MQTT-1.5.4-2] */
bool utf8_is_text(struct span s);

/* Does the byte, after the byte `before` (0: none), end or make a control character, of ASCII or of
 * C1?  A terminal that hears one would do what a stranger says, or show a line as another's. */
bool utf8_is_control(uint8_t before, uint8_t byte);

#endif
