#define _XOPEN_SOURCE 700
#include "CEditLineShims.h"
#include <locale.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t utf8;

static void make_locale(void) { utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

int cel_width(wchar_t character) {
  // Widths are known in a UTF-8 locale only, and the process may run in another one.
  pthread_once(&once, make_locale);
  if (!utf8) return wcwidth(character);
  locale_t before = uselocale(utf8);
  int width = wcwidth(character);
  uselocale(before);
  return width;
}

void cel_set_client(EditLine *editor, void *client) { el_wset(editor, EL_CLIENTDATA, client); }

void *cel_client(EditLine *editor) {
  void *client = NULL;
  el_wget(editor, EL_CLIENTDATA, &client);
  return client;
}

void cel_set_prompt(EditLine *editor, cel_prompt_function prompt, wchar_t literal) {
  el_wset(editor, EL_PROMPT_ESC, prompt, literal);
}

void cel_set_reader(EditLine *editor, cel_read_function reader) { el_wset(editor, EL_GETCFN, reader); }

int cel_add_command(EditLine *editor, const wchar_t *name, const wchar_t *help, cel_key_function command) {
  // libedit keeps the pointers for as long as it lives; a program has one editor, so the copies are never freed.
  return el_wset(editor, EL_ADDFN, wcsdup(name), wcsdup(help), command);
}

int cel_bind(EditLine *editor, const wchar_t *keys, const wchar_t *command) {
  return el_wset(editor, EL_BIND, keys, command, NULL);
}

void cel_use_emacs_keys(EditLine *editor) { el_wset(editor, EL_EDITOR, L"emacs"); }

void cel_set_terminal_flag(EditLine *editor, bool editing, const wchar_t *flag) {
  el_wset(editor, EL_SETTY, editing ? L"-d" : L"-x", flag, NULL);
}

void cel_prepare_terminal(EditLine *editor, bool editing) { el_wset(editor, EL_PREP_TERM, editing ? 1 : 0); }

void cel_refresh(EditLine *editor) { el_wset(editor, EL_REFRESH); }

void cel_set_history(EditLine *editor, HistoryW *history) { el_wset(editor, EL_HIST, history_w, history); }

void cel_history_limit(HistoryW *history, int limit) {
  HistEventW event;
  history_w(history, &event, H_SETSIZE, limit);
  history_w(history, &event, H_SETUNIQUE, 1);
}

void cel_history_add(HistoryW *history, const wchar_t *entry) {
  HistEventW event;
  history_w(history, &event, H_ENTER, entry);
}
