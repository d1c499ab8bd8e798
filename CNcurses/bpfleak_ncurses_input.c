// SPDX-License-Identifier: Apache-2.0
// Keys and the locale: what the terminal sends and speaks.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "bpfleak_ncurses.h"

#include <langinfo.h>
#include <locale.h>
#include <ncursesw/curses.h>
#include <stdlib.h>
#include <string.h>

int bpfleak_screen_key(void)
{
	wint_t wide = 0;
	int kind = get_wch(&wide);

	if (kind == ERR)
		return BPFLEAK_KEY_NONE;
	if (kind != KEY_CODE_YES) {
		switch (wide) {
		case '\r':
		case '\n':
			return BPFLEAK_KEY_ENTER;
		case 27:
			return BPFLEAK_KEY_ESCAPE;
		case 8:
		case 127:
			return BPFLEAK_KEY_BACKSPACE;
		case '\t':
			return BPFLEAK_KEY_TAB;
		default:
			return wide < 0x110000 ? (int)wide : BPFLEAK_KEY_OTHER;
		}
	}
	if (wide > KEY_F(0) && wide <= KEY_F(12))
		return BPFLEAK_KEY_F0 + (int)(wide - KEY_F(0));
	switch (wide) {
	case KEY_UP: return BPFLEAK_KEY_UP;
	case KEY_DOWN: return BPFLEAK_KEY_DOWN;
	case KEY_LEFT: return BPFLEAK_KEY_LEFT;
	case KEY_RIGHT: return BPFLEAK_KEY_RIGHT;
	case KEY_PPAGE: return BPFLEAK_KEY_PAGE_UP;
	case KEY_NPAGE: return BPFLEAK_KEY_PAGE_DOWN;
	case KEY_HOME: return BPFLEAK_KEY_HOME;
	case KEY_END: return BPFLEAK_KEY_END;
	case KEY_ENTER: return BPFLEAK_KEY_ENTER;
	case KEY_BACKSPACE: return BPFLEAK_KEY_BACKSPACE;
	case KEY_BTAB: return BPFLEAK_KEY_BACK_TAB;
	case KEY_RESIZE: return BPFLEAK_KEY_RESIZED;
	default: return BPFLEAK_KEY_OTHER;
	}
}

bool bpfleak_screen_use_locale(void)
{
	const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
	bool is_named = false;

	for (size_t i = 0; i < 3; i++)
		is_named = is_named || (names[i] && names[i][0]);
	// sudo and containers often leave the locale unset, on terminals that speak UTF-8. A locale that is
	// named but not installed still says what the terminal speaks.
	const char *named = names[0] && *names[0] ? names[0] : names[1] && *names[1] ? names[1] : names[2];
	if (!setlocale(LC_CTYPE, "") || !is_named)
		if (!is_named || (named && strcasestr(named, "utf")))
			setlocale(LC_CTYPE, "C.UTF-8");
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
