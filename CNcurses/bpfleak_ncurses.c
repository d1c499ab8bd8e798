// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "bpfleak_ncurses.h"

#include <ncursesw/curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <ncursesw/term.h>
#include <termios.h>
#include <unistd.h>

static SCREEN *screen;
static FILE *input_stream, *output_stream;
static int output_descriptor = -1;

// What a signal handler may use: no allocation, no lock, no terminfo look-up.
static struct termios before;
static volatile sig_atomic_t is_taken;
static char reset_bytes[512];
static size_t reset_length;
static char alternate_stack[64 << 10];

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE,  SIGABRT, SIGTRAP,
				    SIGSYS,  SIGQUIT, SIGHUP, SIGALRM, SIGXCPU, SIGXFSZ};

static void give_back_and_die(int signal)
{
	if (is_taken) {
		is_taken = 0;
		// The order of endwin: the text first, then the settings.
		for (size_t sent = 0; sent < reset_length;) {
			ssize_t count = write(output_descriptor, reset_bytes + sent, reset_length - sent);

			if (count <= 0)
				break;
			sent += count;
		}
		tcsetattr(output_descriptor, TCSADRAIN, &before);
	}
	// SA_RESETHAND: this time it does what it does by default.
	raise(signal);
}

static void watch_fatal_signals(void)
{
	stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof(alternate_stack)};
	struct sigaction action = {.sa_handler = give_back_and_die,
				   .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK};

	sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(*fatal_signals); i++) {
		struct sigaction old;

		// What the caller ignores, such as SIGHUP under nohup, stays ignored.
		if (sigaction(fatal_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(fatal_signals[i], &action, NULL);
	}
}

static void add_reset(const char *capability)
{
	const char *text = tigetstr((char *)capability);

	if (!text || text == (char *)-1)
		return;
	// Padding such as $<5> is for terminals of another time.
	while (*text && reset_length < sizeof(reset_bytes)) {
		if (text[0] == '$' && text[1] == '<') {
			const char *end = strchr(text, '>');

			if (end) {
				text = end + 1;
				continue;
			}
		}
		reset_bytes[reset_length++] = *text++;
	}
}

enum bpfleak_screen_obstacle bpfleak_screen_probe(int output)
{
	int error = 0;

	if (setupterm(NULL, output, &error) != OK)
		return BPFLEAK_SCREEN_NO_TERMINFO;
	const char *place = tigetstr("cup");
	bool is_able = place && place != (char *)-1 && tigetflag("gn") <= 0 && tigetflag("hc") <= 0;

	del_curterm(cur_term);
	return is_able ? BPFLEAK_SCREEN_OPEN : BPFLEAK_SCREEN_TOO_SIMPLE;
}

static void set_looks(bool with_color);

enum bpfleak_screen_obstacle bpfleak_screen_open(int input, int output, bool with_color)
{
	enum bpfleak_screen_obstacle obstacle = bpfleak_screen_probe(output);

	if (obstacle)
		return obstacle;
	if (tcgetattr(output, &before) != 0)
		return BPFLEAK_SCREEN_FAILED;
	input_stream = fdopen(dup(input), "r");
	output_stream = fdopen(dup(output), "w");
	output_descriptor = output;
	use_env(TRUE);
	screen = input_stream && output_stream ? newterm(NULL, output_stream, input_stream) : NULL;
	if (!screen) {
		if (input_stream) fclose(input_stream);
		if (output_stream) fclose(output_stream);
		input_stream = output_stream = NULL;
		return BPFLEAK_SCREEN_FAILED;
	}
	reset_length = 0;
	add_reset("sgr0");
	add_reset("op");
	add_reset("rmkx");
	add_reset("cnorm");
	add_reset("rmcup");
	is_taken = 1;
	watch_fatal_signals();
	atexit(bpfleak_screen_close);
	// ncurses would stop the process from within a handler, in the midst of anything; the caller
	// takes both signals where it suits.
	signal(SIGTSTP, SIG_DFL);
	signal(SIGWINCH, SIG_DFL);
	cbreak();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	set_looks(with_color);
	return BPFLEAK_SCREEN_OPEN;
}

void bpfleak_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	is_taken = 0;
	for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(*fatal_signals); i++) {
		struct sigaction action;

		if (sigaction(fatal_signals[i], NULL, &action) == 0 && action.sa_handler == give_back_and_die)
			signal(fatal_signals[i], SIG_DFL);
	}
	delscreen(screen);
	screen = NULL;
	fclose(input_stream);
	fclose(output_stream);
	input_stream = output_stream = NULL;
}

void bpfleak_screen_stop_process(void)
{
	sigset_t stop, old;

	if (screen) {
		endwin();
		is_taken = 0;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	// It was pending while blocked: now the process stops, here, until SIGCONT.
	sigprocmask(SIG_UNBLOCK, &stop, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (screen) {
		// The shell may have changed them meanwhile.
		tcgetattr(output_descriptor, &before);
		is_taken = 1;
		bpfleak_screen_resize();
		clearok(curscr, TRUE);
		refresh();
	}
}

void bpfleak_screen_size(int *rows, int *width) { getmaxyx(stdscr, *rows, *width); }

void bpfleak_screen_resize(void)
{
	struct winsize window;

	if (ioctl(output_descriptor, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0)
		resizeterm(window.ws_row, window.ws_col);
}

// ---- Looks ----

static attr_t looks[BPFLEAK_LOOK_GRAPH + 1];

static void set_looks(bool with_color)
{
	looks[BPFLEAK_LOOK_PLAIN] = A_NORMAL;
	looks[BPFLEAK_LOOK_DIM] = A_DIM;
	looks[BPFLEAK_LOOK_BOLD] = A_BOLD;
	// Not reversed: the line of the cursor often follows it.
	looks[BPFLEAK_LOOK_HEADING] = A_BOLD | A_UNDERLINE;
	looks[BPFLEAK_LOOK_LEAKING] = A_BOLD | A_REVERSE;
	looks[BPFLEAK_LOOK_SUSPECT] = A_BOLD | A_UNDERLINE;
	looks[BPFLEAK_LOOK_SELECTED] = A_REVERSE;
	looks[BPFLEAK_LOOK_BAR] = A_REVERSE;
	looks[BPFLEAK_LOOK_GRAPH] = A_NORMAL;
	if (!with_color || !has_colors() || start_color() != OK)
		return;
	use_default_colors();
	// Pairs are kept with their looks' numbers.
	init_pair(BPFLEAK_LOOK_HEADING, COLOR_BLACK, COLOR_GREEN);
	init_pair(BPFLEAK_LOOK_LEAKING, COLOR_WHITE, COLOR_RED);
	init_pair(BPFLEAK_LOOK_SUSPECT, COLOR_BLACK, COLOR_YELLOW);
	init_pair(BPFLEAK_LOOK_SELECTED, COLOR_BLACK, COLOR_CYAN);
	init_pair(BPFLEAK_LOOK_BAR, COLOR_BLACK, COLOR_CYAN);
	init_pair(BPFLEAK_LOOK_GRAPH, COLOR_CYAN, -1);
	looks[BPFLEAK_LOOK_HEADING] = COLOR_PAIR(BPFLEAK_LOOK_HEADING);
	looks[BPFLEAK_LOOK_LEAKING] = COLOR_PAIR(BPFLEAK_LOOK_LEAKING) | A_BOLD;
	looks[BPFLEAK_LOOK_SUSPECT] = COLOR_PAIR(BPFLEAK_LOOK_SUSPECT);
	looks[BPFLEAK_LOOK_SELECTED] = COLOR_PAIR(BPFLEAK_LOOK_SELECTED);
	looks[BPFLEAK_LOOK_BAR] = COLOR_PAIR(BPFLEAK_LOOK_BAR);
	looks[BPFLEAK_LOOK_GRAPH] = COLOR_PAIR(BPFLEAK_LOOK_GRAPH);
}

// ---- Drawing ----

void bpfleak_screen_begin(void) { erase(); }

void bpfleak_screen_put(int row, int column, const char *text, enum bpfleak_screen_look look)
{
	attrset(looks[look]);
	mvaddstr(row, column, text);
}

void bpfleak_screen_end(void)
{
	attrset(A_NORMAL);
	refresh();
}

void bpfleak_screen_forget(void) { clearok(curscr, TRUE); }
