#pragma once
#include <stdio.h>

#include <histedit.h>
#include <stdbool.h>
#include <wchar.h>

// What Swift can't call itself: libedit's variadic functions, and wcwidth, which glibc declares for C alone.

typedef unsigned char (*cel_key_function)(EditLine *editor, wint_t key);
typedef int (*cel_read_function)(EditLine *editor, wchar_t *key);
typedef wchar_t *(*cel_prompt_function)(EditLine *editor);

/// Columns of a character on a terminal: 0, 1, 2, or -1 for what is not shown.
int cel_width(wchar_t character);

/// A stream to a terminal that keeps the terminal from joining characters; closed with fclose.
FILE *cel_terminal_stream(int descriptor);

/// Sets the object that the functions below find through `cel_client`.
void cel_set_client(EditLine *editor, void *client);
void *cel_client(EditLine *editor);

/// Sets the prompt; characters between two `literal` ones take no columns.
void cel_set_prompt(EditLine *editor, cel_prompt_function prompt, wchar_t literal);
/// Sets the function that reads a key.
void cel_set_reader(EditLine *editor, cel_read_function reader);
/// Adds an editing command.
int cel_add_command(EditLine *editor, const wchar_t *name, const wchar_t *help, cel_key_function command);
/// Binds a key sequence, written as in editrc(5), to a command.
int cel_bind(EditLine *editor, const wchar_t *keys, const wchar_t *command);
/// Chooses emacs keys.
void cel_use_emacs_keys(EditLine *editor);
/// Sets (`flag`) or clears (`-flag`) a terminal flag for the time of editing, or for the time between.
void cel_set_terminal_flag(EditLine *editor, bool editing, const wchar_t *flag);
/// Puts the terminal into (true) or out of (false) the editing mode.
void cel_prepare_terminal(EditLine *editor, bool editing);
/// Draws prompt and text anew from where the cursor is.
void cel_refresh(EditLine *editor);
/// Gives the editor a history.
void cel_set_history(EditLine *editor, HistoryW *history);

/// Remembers the terminal as it is, and gives it back so when SIGTERM or SIGHUP ends the program.
void cel_restore_terminal_at_end(int descriptor);
/// Gives the terminal back as it was remembered, for as long as the program is put aside.
void cel_restore_terminal(void);

/// How many entries a history keeps.
void cel_history_limit(HistoryW *history, int limit);
/// Adds an entry to a history, unless it equals the last one.
void cel_history_add(HistoryW *history, const wchar_t *entry);
