// SPDX-License-Identifier: Apache-2.0
// What the live view needs of ncursesw, without its macros, variadic functions and `bool` of its own:
// Swift imports none of those. <curses.h> itself stays out of sight.
#pragma once
#include <stdbool.h>

// Why there is no screen; 0 when there is one.
enum bpfleak_screen_obstacle {
	BPFLEAK_SCREEN_OPEN = 0,
	// The description of TERM is not to be found: common in containers.
	BPFLEAK_SCREEN_NO_TERMINFO = 1,
	// It cannot place the cursor: TERM=dumb.
	BPFLEAK_SCREEN_TOO_SIMPLE = 2,
	BPFLEAK_SCREEN_FAILED = 3,
};

// Keys beside characters, as bpfleak_screen_key answers them; function keys are BPFLEAK_KEY_F0 + n.
enum bpfleak_screen_key {
	BPFLEAK_KEY_NONE = -1,
	BPFLEAK_KEY_UP = 0x110000,
	BPFLEAK_KEY_DOWN,
	BPFLEAK_KEY_LEFT,
	BPFLEAK_KEY_RIGHT,
	BPFLEAK_KEY_PAGE_UP,
	BPFLEAK_KEY_PAGE_DOWN,
	BPFLEAK_KEY_HOME,
	BPFLEAK_KEY_END,
	BPFLEAK_KEY_ENTER,
	BPFLEAK_KEY_ESCAPE,
	BPFLEAK_KEY_BACKSPACE,
	BPFLEAK_KEY_TAB,
	BPFLEAK_KEY_BACK_TAB,
	BPFLEAK_KEY_RESIZED,
	BPFLEAK_KEY_OTHER,
	BPFLEAK_KEY_F0,
};

// How a run of text looks; each has attributes for terminals without colors.
enum bpfleak_screen_look {
	BPFLEAK_LOOK_PLAIN,
	BPFLEAK_LOOK_DIM,
	BPFLEAK_LOOK_BOLD,
	BPFLEAK_LOOK_HEADING,
	BPFLEAK_LOOK_LEAKING,
	BPFLEAK_LOOK_SUSPECT,
	BPFLEAK_LOOK_SELECTED,
	BPFLEAK_LOOK_BAR,
	BPFLEAK_LOOK_GRAPH,
};

// Whether TERM is known and can be drawn on, without touching the terminal.
enum bpfleak_screen_obstacle bpfleak_screen_probe(int output);

// Takes the terminal over: alternate screen, keys one by one, no echo. Whatever ends the process from
// here on, but SIGKILL, gives it back as it was.
enum bpfleak_screen_obstacle bpfleak_screen_open(int input, int output, bool with_color);
void bpfleak_screen_close(void);

// Gives the terminal back for the time that the process is stopped, stops it, and takes the terminal
// over again.
void bpfleak_screen_stop_process(void);

void bpfleak_screen_size(int *rows, int *width);
// Asks the terminal for its size and takes that.
void bpfleak_screen_resize(void);

void bpfleak_screen_begin(void);
// `text` is UTF-8 without control characters.
void bpfleak_screen_put(int row, int column, const char *text, enum bpfleak_screen_look look);
void bpfleak_screen_end(void);
// Draws all of it anew at the next end.
void bpfleak_screen_forget(void);

// A character, or one of bpfleak_screen_key; never waits.
int bpfleak_screen_key(void);

// Whether the locale in use can show more than ASCII. Takes the locale from the environment, or one of
// UTF-8 where that names none.
bool bpfleak_screen_use_locale(void);
