// Plangrep's pages work without this file; it only adds comfort. It stores nothing and sends nothing.
'use strict';

const all = (selector) => document.querySelectorAll(selector);
const speaker = document.querySelector('[data-say]');

// Screen readers speak a live region only when its text changes, so it is emptied first.
function say(text) {
  speaker.textContent = '';
  setTimeout(() => { speaker.textContent = text; }, 50);
}

// A page that shows a key once. A reload would send the form again and make a second key, so from here on this
// entry of the history is the list of keys. On leaving, the key goes from the page too, so that a copy kept by the
// browser for Back holds none; should it be shown all the same, it is replaced.
const once = document.querySelector('[data-once]');
if (once) {
  const home = once.dataset.once;
  history.replaceState(null, '', home);
  addEventListener('pagehide', () => once.replaceChildren());
  addEventListener('pageshow', (event) => { if (event.persisted) location.replace(home); });
}

// Copy. Browsers offer the clipboard only over https and on localhost; elsewhere the old command does it, and where
// that fails as well the text is left selected for the keyboard.
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    if (!document.execCommand('copy')) return false;
    getSelection().removeAllRanges();
    return true;
  }
}
for (const button of all('[data-copy]')) {
  const word = button.firstChild;
  let timer;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const done = await copy(document.getElementById(button.dataset.copy));
    word.textContent = done ? 'Copied' : 'Press Ctrl+C';
    say(done ? button.dataset.said : 'The text is selected. Copy it with the keyboard.');
    clearTimeout(timer);
    timer = setTimeout(() => { word.textContent = 'Copy'; }, 2500);
  });
}

// Show what is typed as a password; hidden again before it is sent, so that browsers know it for one.
for (const box of all('[data-reveal]')) {
  const input = box.querySelector('input');
  const button = document.createElement('button');
  const set = (shown) => {
    input.type = shown ? 'text' : 'password';
    button.textContent = shown ? 'Hide' : 'Show';
    button.setAttribute('aria-label', shown ? 'Hide password' : 'Show password');
  };
  button.type = 'button';
  button.className = 'button small';
  button.setAttribute('aria-controls', input.id);
  button.addEventListener('click', () => set(input.type === 'password'));
  input.form.addEventListener('submit', () => set(false));
  set(false);
  box.append(button);
}

// Ask in a dialog instead of on a page of its own. The link says which dialog; data-fill says what is taken
// from the link's row; the form posts to where the link points.
for (const link of all('a[data-ask]')) {
  const dialog = document.getElementById(link.dataset.ask);
  if (!dialog || !dialog.showModal) continue;
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab was asked for
    event.preventDefault();
    for (const slot of dialog.querySelectorAll('[data-fill]')) {
      slot.replaceChildren(...link.closest('tr').querySelector(slot.dataset.fill).cloneNode(true).childNodes);
    }
    dialog.querySelector('form').action = link.href;
    dialog.addEventListener('close', () => link.focus(), { once: true });
    dialog.showModal();
    dialog.querySelector('[data-close]').focus(); // the safe choice, whatever comes first
  });
}
for (const dialog of all('dialog')) {
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
  // The form fills the dialog: a click on the dialog itself is one on the backdrop.
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
}

// A second click must not send a form twice: it would make two keys.
for (const form of all('form')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => { delete form.dataset.sent; }, 5000); // the answer may never come
  });
}
addEventListener('pageshow', () => { for (const form of all('form')) delete form.dataset.sent; });

// Setting a date chooses "On a date".
for (const input of all('[data-picks]')) {
  input.addEventListener('input', () => { document.getElementById(input.dataset.picks).checked = true; });
}

// A job that goes on: its events move the bar and the numbers. The shapes of the states that may follow lie ready in
// templates; a state without one is the end, and then the page is loaded once more, with the result. Where there are
// no events, the page stays as it was.
const live = document.querySelector('[data-live]');
if (live && window.EventSource) {
  const events = new EventSource(live.dataset.live);
  const put = (name, number) => {
    for (const slot of all(`[data-count="${name}"]`)) slot.textContent = number.toLocaleString('en-US');
  };
  const follow = (event) => {
    let job;
    try { ({ job } = JSON.parse(event.data).data); } catch { return; }
    if (job.status !== live.dataset.status) {
      const shape = live.querySelector(`template[data-state="${job.status}"]`);
      if (!shape) {
        events.close();
        location.reload();
        return;
      }
      live.dataset.status = job.status;
      live.querySelector('[data-shape]').replaceChildren(shape.content.cloneNode(true));
      for (const part of all('[data-only]')) part.hidden = part.dataset.only !== job.status;
      say(shape.content.textContent);
    }
    const failed = job.failedPageCount ?? Number(live.dataset.failed);
    const done = job.successfulPageCount + failed;
    for (const part of live.querySelectorAll('[data-known]')) part.hidden = job.pageCount === 0;
    live.querySelector('[data-some=failed]').hidden = failed === 0;
    const bar = live.querySelector('progress');
    if (job.pageCount) bar.max = job.pageCount;
    bar.value = done;
    put('pages', job.pageCount);
    put('done', done);
    put('failed', failed);
    if (job.billing) {
      put('reserved', job.billing.creditsReserved);
      put('debited', job.billing.creditsDebited);
    }
  };
  for (const name of ['job.status_changed', 'job.progress']) events.addEventListener(name, follow);
}

// A menu closes when something else is asked for.
const close = (menu) => { menu.open = false; };
document.addEventListener('click', (event) => {
  for (const menu of all('.menu[open]')) if (!menu.contains(event.target)) close(menu);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of all('.menu[open]')) {
    if (menu.contains(document.activeElement)) menu.firstElementChild.focus();
    close(menu);
  }
});

// On a phone the sections scroll sideways: the current one comes into sight.
const here = document.querySelector('.sections [aria-current]');
if (here) {
  const row = here.closest('ul');
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
