// The chat page of the simulator. It keeps what the server told it, asks for changes when the stream says that there are
// some, and shows a window of each conversation, so that ten thousand messages scroll as easily as ten.
'use strict';

const settings = JSON.parse(document.body.dataset.settings);
const W = settings.words;
const $ = (id) => document.getElementById(id);
const API = 'api';
const WINDOW = 120; // lines of a conversation in the document at once
const STEP = 40; // lines by which the window moves
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];
const known = new Set();

/** el makes an element: el('button.primary', {type: 'button'}, 'text', child …). */
function el(spec, attrs, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attrs || {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

function svg(size, ...paths) {
  const ns = 'http://www.w3.org/2000/svg';
  const node = document.createElementNS(ns, 'svg');
  node.setAttribute('viewBox', `0 0 ${size} ${size}`);
  for (const [tag, attrs] of paths) {
    const part = document.createElementNS(ns, tag);
    for (const [k, v] of Object.entries(attrs)) part.setAttribute(k, v);
    node.append(part);
  }
  return node;
}

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  // The language of what the server draws is the page's, not the browser's.
  const response = await fetch(`${API}${path}${path.includes('?') ? '&' : '?'}lang=${settings.lang}`, options);
  const value = await response.json();
  if (!response.ok) throw new Error(value.error || String(response.status));
  return value;
}

/** attempt shows a failure instead of losing it. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(`${W.failed}: ${error.message}`);
    return undefined;
  }
}

let toastTimer;
function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, 4000);
}

const clock = new Intl.DateTimeFormat(settings.lang, { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat(settings.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(settings.lang, { month: 'long', day: 'numeric', weekday: 'short' });

function addRules(rules) {
  for (const rule of rules || []) {
    if (known.has(rule)) continue;
    known.add(rule);
    try { sheet.insertRule(rule, sheet.cssRules.length); } catch { /* a rule this browser does not know */ }
  }
}

const avatarColours = 8;
function paintAvatar(node, chat) {
  let n = 0;
  for (const c of chat.id) n = (n * 31 + c.charCodeAt(0)) % 9973;
  node.textContent = [...(chat.name || '?')][0];
  node.classList.add('tone' + (n % avatarColours));
}

/* ---- stickers: drawn here, six faces ---- */

const stickers = ['446/1988', '446/1989', '446/1990', '446/1991', '446/1992', '446/1993'];
function drawSticker(name) {
  const i = Math.max(0, stickers.indexOf(name));
  const face = ['#ffd95a', '#ffc2d1', '#a8dadc', '#c7e9b0', '#ffb870', '#cdb4db'][i];
  const line = { fill: 'none', stroke: '#3b3b3b', 'stroke-width': 4, 'stroke-linecap': 'round' };
  const eyes = [
    [['circle', { cx: 36, cy: 44, r: 4, fill: '#3b3b3b' }], ['circle', { cx: 64, cy: 44, r: 4, fill: '#3b3b3b' }]],
    [['path', { d: 'M30 46q6-8 12 0', ...line }], ['path', { d: 'M58 46q6-8 12 0', ...line }]],
    [['circle', { cx: 36, cy: 44, r: 4, fill: '#3b3b3b' }], ['path', { d: 'M58 44h12', ...line }]],
  ][i % 3];
  const mouth = ['M36 62q14 14 28 0', 'M40 62q10 18 20 0z', 'M38 66h24', 'M36 62q14 14 28 0', 'M38 70q12-12 24 0', 'M44 64q6 8 12 0'][i];
  const drawing = svg(100, ['circle', { cx: 50, cy: 52, r: 40, fill: face, stroke: '#3b3b3b', 'stroke-width': 4 }], ...eyes, ['path', { d: mouth, ...line }]);
  drawing.setAttribute('class', 'sticker');
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', W.sticker);
  return drawing;
}

/* ---- conversations ---- */

const state = { chats: new Map(), order: [], botName: '', revision: -1 };
const phones = new Map();

/** Phone is one open conversation. entries holds what was fetched, by sequence number; from and to the part that stands
 *  in the document. */
class Phone {
  constructor(chat) {
    this.chat = chat;
    this.entries = [];
    this.from = this.to = 0;
    this.revision = -1;
    this.more = false;
    this.busy = false;
    this.node = $('phone').content.firstElementChild.cloneNode(true);
    const q = (s) => this.node.querySelector(s);
    this.log = q('.log');
    this.newer = q('.newer');
    this.input = q('textarea');
    this.tray = q('.tray');
    this.quick = q('.quick');
    this.gate = q('.gate');
    this.typing = q('.typing');
    this.who = q('.who');
    this.plus = q('.plus');
    this.node.dataset.chat = chat.id;
    this.node.setAttribute('aria-label', chat.name);
    paintAvatar(q('.avatar'), chat);
    q('h2').textContent = chat.name;
    q('.phone-title p').textContent = chat.story ? chat.story[settings.lang] : '';
    q('.phone-close').addEventListener('click', () => closePhone(chat.id));
    this.newer.addEventListener('click', () => this.toEnd());
    this.log.addEventListener('scroll', () => this.scrolled());
    for (const kind of ['wheel', 'touchmove']) this.log.addEventListener(kind, () => this.reading(), { passive: true });
    this.log.addEventListener('click', (e) => this.clicked(e));
    this.log.addEventListener('keydown', (e) => carouselKeys(e));
    q('form').addEventListener('submit', (e) => { e.preventDefault(); this.send(); });
    this.input.addEventListener('keydown', (e) => {
      // Enter also ends the choice of kanji; only one outside of it sends.
      if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) { e.preventDefault(); this.send(); }
    });
    this.input.addEventListener('input', () => this.grow());
    this.plus.addEventListener('click', () => this.toggleTray());
    const tries = q('.tries');
    for (const words of settings.tries || []) tries.append(el('button', { type: 'button', onclick: () => this.say(words) }, words));
    this.state(chat);
  }

  /** state shows what is true of the whole conversation. */
  state(chat) {
    this.chat = chat;
    this.typing.hidden = !chat.loading;
    const group = chat.kind !== 'user';
    this.who.hidden = !group;
    if (group && this.who.options.length === 0) {
      for (const id of chat.members || []) this.who.append(el('option', { value: id }, (state.chats.get(id) || { name: id }).name));
      this.who.append(el('option', { value: '' }, W.nobody));
    }
    const gate = chat.friend ? '' : (chat.blocked && !group ? 'blocked' : (group ? 'join' : 'new'));
    if (this.gateKind === gate) return;
    this.gateKind = gate;
    this.gate.hidden = gate === '';
    this.gate.replaceChildren();
    this.node.classList.toggle('gated', gate !== '');
    if (gate === 'join') this.gate.append(el('button.primary', { type: 'button', onclick: () => this.act({ type: 'join' }) }, W.join));
    else if (gate === 'blocked') this.gate.append(el('span', null, W.blocked), el('button', { type: 'button', onclick: () => this.act({ type: 'follow' }) }, W.unblock));
    else if (gate === 'new') this.gate.append(el('span', null, W.notFriend), el('button.primary', { type: 'button', onclick: () => this.act({ type: 'follow' }) }, W.addFriend));
  }

  async load() {
    const page = await attempt(() => call('GET', `/chats/${this.chat.id}/entries?limit=100`));
    if (!page) return;
    this.entries = page.entries;
    this.more = page.more;
    this.revision = page.revision;
    this.state({ ...this.chat, ...page.chat });
    this.to = this.entries.length;
    this.from = Math.max(0, this.to - WINDOW);
    this.render();
    this.bottom();
  }

  /** update fetches what changed. One request runs at a time; another change meanwhile makes it run again. */
  async update() {
    if (this.busy) { this.again = true; return; }
    if (this.revision < 0) return;
    this.busy = true;
    try {
      do {
        this.again = false;
        const page = await call('GET', `/chats/${this.chat.id}/entries?since=${this.revision}&limit=200`);
        this.merge(page.entries);
        this.revision = page.revision;
        this.state({ ...this.chat, ...page.chat });
        if (page.entries.length >= 200) this.again = true;
      } while (this.again);
    } catch { /* the stream says when the server is back */ } finally {
      this.busy = false;
    }
  }

  merge(entries) {
    if (!entries.length) return;
    const follow = this.atBottom() || this.mine;
    let fresh = false;
    for (const e of entries) {
      const i = this.find(e.seq);
      if (i < this.entries.length && this.entries[i].seq === e.seq) {
        this.entries[i] = e;
        const node = this.log.querySelector(`[data-seq="${e.seq}"]`);
        if (node) node.replaceWith(this.line(e));
      } else if (i === this.entries.length) {
        this.entries.push(e);
        fresh = true;
      } // an old line that was never fetched is fetched when somebody scrolls there
    }
    if (fresh) {
      if (follow) {
        this.to = this.entries.length;
        this.from = Math.max(0, this.to - WINDOW);
        this.renderTail();
        this.bottom();
        if (entries.some((e) => e.from === 'bot')) this.mine = false;
      } else {
        this.newer.hidden = false;
      }
    }
    this.showQuick();
  }

  find(seq) {
    let low = 0, high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle].seq < seq) low = middle + 1; else high = middle;
    }
    return low;
  }

  /** renderTail adds what is missing at the end and takes away what left the window. */
  renderTail() {
    const shown = [...this.log.querySelectorAll('[data-seq]')];
    const last = shown.length ? Number(shown[shown.length - 1].dataset.seq) : 0;
    const first = this.from < this.entries.length ? this.entries[this.from].seq : 0;
    if (shown.length === 0 || last < first) { this.render(); return; }
    for (const node of shown) if (Number(node.dataset.seq) < first) node.remove();
    for (const node of [...this.log.children]) { // a date without lines below it
      if (node.classList.contains('date') && (!node.nextElementSibling || node.nextElementSibling.classList.contains('date'))) node.remove();
    }
    for (let i = this.find(last + 1); i < this.to; i++) this.append(i);
  }

  render() {
    this.log.replaceChildren();
    for (let i = this.from; i < this.to; i++) this.append(i);
    this.showQuick();
  }

  append(i) {
    const e = this.entries[i];
    const before = i > this.from ? this.entries[i - 1] : null;
    if (!before || new Date(before.at).toDateString() !== new Date(e.at).toDateString()) {
      this.log.append(el('div.date', null, el('span', null, day.format(e.at))));
    }
    this.log.append(this.line(e));
  }

  atBottom() {
    return this.to === this.entries.length && this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
  }

  bottom() {
    this.newer.hidden = true;
    this.log.scrollTop = this.log.scrollHeight;
    requestAnimationFrame(() => { this.log.scrollTop = this.log.scrollHeight; });
  }

  toEnd() {
    this.to = this.entries.length;
    this.from = Math.max(0, this.to - WINDOW);
    this.render();
    this.bottom();
  }

  async scrolled() {
    if (this.moving) return;
    if (this.log.scrollTop < 150 && (this.from > 0 || this.more)) {
      this.moving = true;
      if (this.from === 0) await this.older();
      this.shift(-STEP);
      this.moving = false;
    } else if (this.to < this.entries.length && this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 150) {
      this.moving = true;
      this.shift(STEP);
      this.moving = false;
    }
    this.newer.hidden = this.atBottom();
  }

  /** A person who scrolls by hand reads; what comes in must not carry them away. */
  reading() { this.mine = false; }

  async older() {
    const before = this.entries.length ? this.entries[0].seq : 0;
    const page = await attempt(() => call('GET', `/chats/${this.chat.id}/entries?before=${before}&limit=100`));
    if (!page) return;
    this.entries = page.entries.concat(this.entries);
    this.more = page.more;
    this.from += page.entries.length;
    this.to += page.entries.length;
  }

  /** shift moves the window and keeps what is being read where it is. */
  shift(by) {
    const marks = [...this.log.querySelectorAll('[data-seq]')];
    const top = this.log.getBoundingClientRect().top;
    const mark = marks.find((n) => n.getBoundingClientRect().bottom > top);
    const seq = mark ? mark.dataset.seq : null;
    const at = mark ? mark.getBoundingClientRect().top : 0;
    if (by < 0) { this.from = Math.max(0, this.from + by); this.to = Math.min(this.entries.length, this.from + WINDOW); }
    else { this.to = Math.min(this.entries.length, this.to + by); this.from = Math.max(0, this.to - WINDOW); }
    this.render();
    const again = seq && this.log.querySelector(`[data-seq="${seq}"]`);
    if (again) this.log.scrollTop += again.getBoundingClientRect().top - at;
  }

  /** line draws one entry. */
  line(e) {
    if (e.unsent) return el('div.system', { 'data-seq': e.seq }, el('span', null, `${e.name || this.chat.name} ${W.unsent}`));
    if (e.from === 'system') return this.systemLine(e);
    const mine = e.from === 'user';
    const node = el(`div.line.${mine ? 'mine' : 'theirs'}${e.wide ? '.wide' : ''}`, { 'data-seq': e.seq, 'data-kind': e.kind });
    const body = el('div.body');
    if (!mine) {
      const icon = el('span.avatar.bot', { 'aria-hidden': 'true' });
      icon.textContent = [...(e.name || state.botName || 'B')][0];
      node.append(icon);
      body.append(el('span.name', null, e.name ? `${e.name} from “${state.botName}”` : state.botName));
    } else if (e.name) {
      body.append(el('span.name', null, e.name));
    }
    const row = el('div.row');
    row.append(this.content(e), this.meta(e, mine));
    body.append(row);
    node.append(body);
    return node;
  }

  systemLine(e) {
    const words = { follow: W.follow, unfollow: W.unfollow, join: W.joined, leave: W.left, accountLink: W.linked }[e.kind] || e.text;
    const node = el('div.system', { 'data-seq': e.seq }, el('span', null, words));
    node.append(this.jsonButton(e));
    const trouble = this.trouble(e);
    if (trouble) node.append(trouble);
    return node;
  }

  content(e) {
    if (e.html) {
      addRules(e.rules);
      const box = el('div.drawn');
      box.innerHTML = e.html; // made by the server, every word of the message escaped
      return box;
    }
    if (e.from === 'bot') return el('div.bubble', { dir: 'auto' }, e.plain || e.text || e.altText || e.kind);
    switch (e.kind) {
      case 'sticker': return drawSticker(e.text);
      case 'image': return el('img.picture', { src: `${API}/content/${e.id}`, alt: W.image });
      case 'postback': return e.text ? el('div.bubble', { dir: 'auto' }, e.text) : el('div.bubble.silent', null, W.postback);
      case 'text': return el('div.bubble', { dir: 'auto' }, e.text);
      default: return el('div.bubble.silent', null, `${e.kind}${e.text ? ': ' + e.text : ''}`);
    }
  }

  meta(e, mine) {
    const meta = el('div.meta');
    const tools = el('div.tools', null, this.jsonButton(e));
    if (mine && e.id) tools.append(el('button', { type: 'button', 'data-do': 'unsend', 'data-message': e.id, title: W.unsend, 'aria-label': W.unsend }, '⌫'));
    meta.append(tools);
    const trouble = mine && this.trouble(e);
    if (trouble) meta.append(trouble);
    else if (mine && e.webhook === 'accepted') meta.append(el('span.read', null, W.read));
    meta.append(el('time', { datetime: new Date(e.at).toISOString() }, clock.format(e.at)));
    return meta;
  }

  jsonButton(e) {
    return el('button.json', { type: 'button', 'data-do': 'json', 'data-entry': e.seq, title: W.json, 'aria-label': W.json }, '{ }');
  }

  trouble(e) {
    if (!e.webhook || e.webhook === 'accepted' || e.webhook === 'waiting') return null;
    return el('span.trouble', { role: 'note' }, `⚠ ${e.webhook}${e.status ? ' ' + e.status : ''}${e.tries > 1 ? ` ×${e.tries}` : ''}`);
  }

  /** showQuick shows the quick replies of the very last message, which any newer line takes away. */
  showQuick() {
    const last = this.entries[this.entries.length - 1];
    const items = last && last.from === 'bot' && last.quick ? last.quick : [];
    const key = items.length ? String(last.seq) : '';
    if (this.quick.dataset.key === key) return;
    this.quick.dataset.key = key;
    this.quick.replaceChildren(...items.map((q) => el('button', { type: 'button', onclick: () => this.run(q.action) },
      q.icon ? el('img', { src: q.icon, alt: '' }) : null, q.action.label || '')));
    if (this.atBottom()) this.bottom();
  }

  clicked(event) {
    const button = event.target.closest('[data-do]');
    if (button && button.dataset.do === 'json') { this.showJSON(button.dataset.entry); return; }
    if (button && button.dataset.do === 'unsend') { this.act({ type: 'unsend', messageId: button.dataset.message }); return; }
    const pressed = event.target.closest('[data-action]');
    if (!pressed) return;
    event.preventDefault();
    let action;
    try { action = JSON.parse(pressed.dataset.action); } catch { return; }
    this.run(action, pressed.getAttribute('href'));
  }

  /** run does what a button's action says. */
  async run(action, href) {
    switch (action.type) {
      case 'postback':
        await this.act({ type: 'postback', data: action.data || '', displayText: action.displayText || action.text || '' });
        if (action.text) await this.act({ type: 'text', text: action.text });
        if (action.inputOption === 'openKeyboard') { this.input.value = action.fillInText || ''; this.grow(); this.input.focus(); }
        return;
      case 'message': await this.say(action.text); return;
      case 'uri': this.open(action.uri || action.linkUri || href || ''); return;
      case 'datetimepicker': await this.pick(action); return;
      case 'richmenuswitch':
        await this.act({ type: 'postback', data: action.data || '', params: { newRichMenuAliasId: action.richMenuAliasId || '', status: 'SUCCESS' } });
        return;
      case 'camera': case 'cameraRoll': this.chooseImage(); return;
      case 'location': await this.sendLocation(); return;
      case 'clipboard':
        await attempt(() => navigator.clipboard.writeText(action.clipboardText || ''));
        toast(W.copied);
        return;
      default: toast(JSON.stringify(action));
    }
  }

  open(uri) {
    let url;
    try { url = new URL(uri); } catch { toast(uri); return; }
    if (url.pathname === '/dialog/bot/accountLink' && url.searchParams.get('linkToken')) {
      this.act({ type: 'accountLink', linkToken: url.searchParams.get('linkToken'), nonce: url.searchParams.get('nonce') || '' });
      return;
    }
    toast(`${W.openExternal}: ${uri}`);
    if (url.protocol === 'https:' || url.protocol === 'http:') window.open(uri, '_blank', 'noopener,noreferrer');
  }

  async pick(action) {
    const kind = { date: 'date', time: 'time', datetime: 'datetime-local' }[action.mode] || 'date';
    const bound = (v) => (v || '').replace('t', 'T');
    const fields = await ask(action.label || W.pick, [{ name: 'value', label: W.pick, type: kind, value: bound(action.initial), min: bound(action.min), max: bound(action.max), required: true }]);
    if (!fields || !fields.value) return;
    await this.act({ type: 'postback', data: action.data || '', displayText: fields.value.replace('T', ' '), params: { [action.mode]: fields.value } });
  }

  act(deed) {
    this.mine = true; // who acts wants to see what comes of it
    if (this.chat.kind !== 'user' && deed.userId === undefined) deed.userId = this.who.value;
    return attempt(() => call('POST', `/chats/${this.chat.id}/events`, deed));
  }

  say(text) { return this.act({ type: 'text', text }); }

  async send() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = '';
    this.grow();
    if (!await this.act({ type: 'text', text })) this.input.value = text; // what could not be sent is not lost
  }

  grow() { this.input.rows = Math.min(4, this.input.value.split('\n').length); }

  toggleTray(open = this.tray.hidden) {
    this.tray.hidden = !open;
    this.plus.setAttribute('aria-expanded', String(open));
    if (!open) return;
    const button = (label, work) => el('button', { type: 'button', onclick: () => { this.toggleTray(false); work(); } }, label);
    const personal = this.chat.kind === 'user';
    this.tray.replaceChildren(
      el('div.stickers', { role: 'group', 'aria-label': W.sticker }, ...stickers.map((name, i) => el('button', {
        type: 'button', 'aria-label': `${W.sticker} ${i + 1}`,
        onclick: () => { this.toggleTray(false); const [packageId, stickerId] = name.split('/'); this.act({ type: 'sticker', packageId, stickerId }); },
      }, drawSticker(name)))),
      button(W.image, () => this.chooseImage()),
      button(W.location, () => this.sendLocation()),
      ...(personal ? [
        this.chat.friend ? button(W.block, () => this.act({ type: 'unfollow' })) : button(W.addFriend, () => this.act({ type: 'follow' })),
        button(W.link, () => this.linkAccount()),
      ] : [this.chat.friend ? button(W.leave, () => this.act({ type: 'leave' })) : button(W.join, () => this.act({ type: 'join' }))]),
      button(W.anyEvent, () => this.anyEvent()),
    );
    this.tray.querySelector('button').focus();
  }

  chooseImage() {
    const input = el('input', { type: 'file', accept: 'image/*' });
    input.addEventListener('change', async () => {
      const file = input.files[0];
      if (!file) return;
      const bytes = new Uint8Array(await file.arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      await this.act({ type: 'image', mime: file.type, base64: btoa(text) });
    });
    input.click();
  }

  sendLocation() { return this.act({ type: 'location', title: settings.lang === 'ja' ? '東京駅' : 'Tokyo Station', latitude: 35.681236, longitude: 139.767125 }); }

  async linkAccount() {
    const f = await ask(W.link, [{ name: 'linkToken', label: W.linkToken }, { name: 'nonce', label: W.nonce, value: 'simulated-nonce' }, { name: 'result', label: W.result, options: ['ok', 'failed'] }]);
    if (f) await this.act({ type: 'accountLink', ...f });
  }

  async anyEvent() {
    const kinds = ['beacon', 'membership', 'videoPlayComplete', 'memberJoined', 'memberLeft', 'messageEdited', 'join', 'leave', 'activated', 'deactivated', 'botSuspended', 'botResumed', 'module', 'delivery'];
    const f = await ask(W.anyEvent, [{ name: 'type', label: W.eventType, list: kinds, value: 'beacon', required: true }, { name: 'fields', label: W.eventFields, area: true }]);
    if (!f) return;
    let fields;
    try { fields = f.fields.trim() ? JSON.parse(f.fields) : undefined; } catch (error) { toast(String(error.message)); return; }
    await this.act({ type: f.type, fields });
  }

  async showJSON(seq) {
    const v = await attempt(() => call('GET', `/chats/${this.chat.id}/entries/${seq}`));
    if (!v) return;
    const parts = [];
    if (v.message) parts.push(['message', v.message]);
    if (v.event) {
      parts.push(['webhook event', v.event.json]);
      parts.push(['deliveries', v.event.deliveries.map((d) => ({ ...d, at: new Date(d.at).toISOString() }))]);
    }
    if (!parts.length) parts.push(['entry', v.entry]);
    show(W.json, ...parts.map(([name, value]) => el('section', null, el('h3', null, name), el('pre', { tabindex: '0' }, JSON.stringify(value, null, 2)))));
  }
}

/** carouselKeys moves a carousel that has the focus inside by the arrow keys. */
function carouselKeys(event) {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  let node = event.target;
  while (node && node !== event.currentTarget && !(node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible')) node = node.parentElement;
  if (!node || node === event.currentTarget) return;
  event.preventDefault();
  const card = node.firstElementChild ? node.firstElementChild.getBoundingClientRect().width + 8 : 240;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  node.scrollBy({ left: event.key === 'ArrowRight' ? card : -card, behavior: still ? 'auto' : 'smooth' });
}

/* ---- dialogs ---- */

const dialog = $('dialog');
dialog.querySelector('button[value=cancel]').addEventListener('click', () => dialog.close('cancel'));

function show(title, ...nodes) {
  dialog.querySelector('h2').textContent = title;
  dialog.querySelector('.fields').replaceChildren(...nodes);
  dialog.querySelector('button[value=cancel]').hidden = true;
  dialog.returnValue = 'cancel';
  dialog.showModal();
}

/** ask shows a form and gives its values, or null. */
function ask(title, fields) {
  show(title, ...fields.map((f) => {
    let input;
    if (f.options) input = el('select', { name: f.name }, ...f.options.map((o) => el('option', null, o)));
    else if (f.area) input = el('textarea', { name: f.name, rows: 5 });
    else input = el('input', { name: f.name, type: f.type || 'text', min: f.min || null, max: f.max || null, required: f.required || false, list: f.list ? 'choices' : null });
    if (f.value) input.value = f.value;
    return el('label', null, el('span', null, f.label), input, f.list ? el('datalist', { id: 'choices' }, ...f.list.map((o) => el('option', { value: o }))) : null);
  }));
  dialog.querySelector('button[value=cancel]').hidden = false;
  return new Promise((done) => {
    dialog.addEventListener('close', () => {
      done(dialog.returnValue === 'ok' ? Object.fromEntries(new FormData(dialog.querySelector('form'))) : null);
    }, { once: true });
  });
}

/* ---- the list of people ---- */

function drawPeople() {
  const list = $('people-list');
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.chat : null;
  list.replaceChildren(...state.order.map((id) => {
    const chat = state.chats.get(id);
    const face = el('span.avatar', { 'aria-hidden': 'true' });
    paintAvatar(face, chat);
    return el('li', null, el('button', { type: 'button', 'data-chat': id, 'aria-pressed': String(phones.has(id)), onclick: () => toggle(id) },
      face, el('span.who-is', null, el('strong', null, chat.name), el('small', null, chat.story ? chat.story[settings.lang] : (chat.kind === 'user' ? '' : chat.kind)))));
  }));
  if (focused) { const again = list.querySelector(`[data-chat="${focused}"]`); if (again) again.focus(); }
}

const narrow = matchMedia('(max-width: 700px)');

function toggle(id) {
  if (phones.has(id) && !narrow.matches) { closePhone(id); return; }
  openPhone(id, true);
}

async function openPhone(id, focus) {
  if (!state.chats.has(id)) return;
  if (narrow.matches) for (const other of [...phones.keys()]) if (other !== id) closePhone(other);
  showPeople(false);
  let phone = phones.get(id);
  if (!phone) {
    phone = new Phone(state.chats.get(id));
    phones.set(id, phone);
    $('phones').append(phone.node);
    remember();
    await phone.load();
  }
  phone.node.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  if (focus && !narrow.matches) phone.input.focus({ preventScroll: true });
}

function closePhone(id) {
  const phone = phones.get(id);
  if (!phone) return;
  phone.node.remove();
  phones.delete(id);
  remember();
}

/** remember keeps the open conversations in the address, so that a reload or a second tab shows the same. */
function remember() {
  history.replaceState(null, '', '#' + [...phones.keys()].join(','));
  $('empty').hidden = phones.size > 0;
  drawPeople();
}

function showPeople(open) {
  document.body.classList.toggle('people-open', open);
  $('people-toggle').setAttribute('aria-expanded', String(open));
}
$('people-toggle').addEventListener('click', () => showPeople(!document.body.classList.contains('people-open')));

$('add-person').addEventListener('click', async () => {
  const f = await ask(W.addPerson, [{ name: 'name', label: W.name, required: true }, { name: 'language', label: W.language, options: settings.lang === 'en' ? ['en', 'ja'] : ['ja', 'en'] }]);
  if (!f) return;
  const chat = await attempt(() => call('POST', '/users', f));
  if (chat) { await refresh(); openPhone(chat.id, true); }
});

$('add-group').addEventListener('click', async () => {
  const members = state.order.filter((id) => id.startsWith('U'));
  const f = await ask(W.addGroup, [{ name: 'name', label: W.name, required: true }]);
  if (!f) return;
  const chat = await attempt(() => call('POST', '/groups', { name: f.name, members: members.slice(0, 5) }));
  if (!chat) return;
  await call('POST', `/chats/${chat.id}/events`, { type: 'join' });
  await refresh();
  openPhone(chat.id, true);
});

/* ---- the developer's panel ---- */

const panes = ['faults', 'api', 'webhook', 'channel'];
let pane = 'faults';

function showPanel(open) {
  $('panel').hidden = !open;
  $('panel-toggle').setAttribute('aria-expanded', String(open));
  if (open) { drawPane(); $('tab-' + pane).focus(); }
}
$('panel-toggle').addEventListener('click', () => showPanel($('panel').hidden));
$('panel-close').addEventListener('click', () => { showPanel(false); $('panel-toggle').focus(); });

for (const name of panes) {
  const tab = $('tab-' + name);
  tab.addEventListener('click', () => choosePane(name));
  tab.addEventListener('keydown', (e) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!by) return;
    const next = panes[(panes.indexOf(name) + by + panes.length) % panes.length];
    choosePane(next);
    $('tab-' + next).focus();
  });
}

function choosePane(name) {
  pane = name;
  for (const other of panes) {
    $('pane-' + other).hidden = other !== name;
    $('tab-' + other).setAttribute('aria-selected', String(other === name));
    $('tab-' + other).tabIndex = other === name ? 0 : -1;
  }
  drawPane();
}

function drawPane() {
  if ($('panel').hidden) return;
  attempt({ faults: drawFaults, api: drawCalls, webhook: drawWebhooks, channel: drawChannel }[pane]);
}

/** switches are the faults with what each sets. */
const switches = [
  ['slow', { slowMs: 3000 }], ['accept500', { acceptThen: 500 }], ['error500', { status: 500 }], ['limit429', { status: 429 }],
  ['quota429', { status: 429, message: 'You have reached your monthly limit.' }], ['drop', { drop: true }],
  ['dup', { duplicate: 1 }], ['redeliver', { redeliver: 1 }], ['late', { late: 0.5 }],
];

async function drawFaults() {
  const now = (await call('GET', '/state'));
  const box = $('pane-faults');
  const on = (set) => Object.entries(set).every(([k, v]) => now.faults[k] === v) && !(set.status === 429 && !set.message && now.faults.message);
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.fault : null;
  box.replaceChildren(
    el('p.hint', null, W.faultsHint),
    ...switches.map(([name, set]) => el('label.switch', null, el('input', {
      type: 'checkbox', role: 'switch', checked: on(set), 'data-fault': name,
      onchange: (e) => attempt(async () => {
        const faults = { ...now.faults };
        for (const [k, v] of Object.entries(set)) faults[k] = e.target.checked ? v : (typeof v === 'boolean' ? false : (typeof v === 'string' ? '' : 0));
        if (set.status && !set.message) faults.message = '';
        await call('PUT', '/faults', faults);
        await drawFaults();
      }),
    }), el('span', null, W[name]))),
    el('button', { type: 'button', onclick: () => attempt(async () => { await call('PUT', '/faults', {}); await drawFaults(); }) }, W.clear),
    el('h3', null, W.time),
    el('p.clock', null, `${day.format(now.now)} ${seconds.format(now.now)}`),
    el('div.buttons', null, ...[['plus61s', '61s'], ['plus20m', '20m'], ['plus24h', '24h'], ['plus7d', '168h']].map(([name, advance]) => el('button', {
      type: 'button', onclick: () => attempt(async () => { await call('POST', '/time', { advance }); await drawFaults(); }),
    }, W[name]))),
  );
  if (focused) { const again = box.querySelector(`[data-fault="${focused}"]`); if (again) again.focus(); }
}

const pretty = (v) => (typeof v === 'string' ? v : JSON.stringify(v, null, 2));

/** keepOpen redraws a list of <details> without closing what somebody reads. */
function drawList(box, items, empty) {
  const open = new Set([...box.querySelectorAll('details[open]')].map((d) => d.dataset.key));
  box.replaceChildren(...(items.length ? items : [el('p.hint', null, empty)]));
  for (const d of box.querySelectorAll('details')) if (open.has(d.dataset.key)) d.open = true;
}

function statusBadge(status, text) {
  return el(`span.badge.${status >= 200 && status < 300 ? 'good' : 'bad'}`, null, text || String(status));
}

async function drawCalls() {
  const { calls } = await call('GET', '/calls?limit=60');
  drawList($('pane-api'), calls.reverse().map((c) => {
    const error = c.response && c.response.message;
    return el('details', { 'data-key': c.requestId },
      el('summary', null, statusBadge(c.status), el('code', null, c.endpoint), el('time', null, seconds.format(c.at)), error ? el('em', null, error) : null),
      el('dl', null, el('dt', null, 'X-Line-Request-Id'), el('dd', null, c.requestId)),
      ...(c.request ? [el('h4', null, W.request), el('pre', { tabindex: '0' }, pretty(c.request))] : []),
      ...(c.response ? [el('h4', null, W.response), el('pre', { tabindex: '0' }, pretty(c.response))] : []));
  }), W.noCalls);
}

async function drawWebhooks() {
  const { webhooks } = await call('GET', '/webhooks?limit=60');
  drawList($('pane-webhook'), webhooks.reverse().map((w) => el('details', { 'data-key': w.at + w.eventIds.join() },
    el('summary', null, statusBadge(w.status, w.status ? String(w.status) : '—'),
      el('code', null, (w.body.events || []).map((e) => e.type).join(', ') || 'verify'), el('time', null, seconds.format(w.at)),
      el('em', null, `${w.reason === 'OK' ? '' : w.reason + ' · '}${w.tookMs} ms${w.redelivery ? ' · redelivery' : ''}`)),
    w.detail ? el('p.hint', null, w.detail) : null,
    el('pre', { tabindex: '0' }, pretty(w.body)))), W.noWebhooks);
}

async function drawChannel() {
  const now = await call('GET', '/state');
  const url = el('input', { type: 'url', value: now.webhook.url, 'aria-label': W.webhookURL, readonly: settings.fixedWebhook });
  const row = (name, value) => [el('dt', null, name), el('dd', null, el('code', null, String(value)))];
  $('pane-channel').replaceChildren(
    el('label', null, el('span', null, W.webhookURL), url),
    el('div.buttons', null,
      settings.fixedWebhook ? null : el('button', { type: 'button', onclick: () => attempt(async () => { await call('PUT', '/webhook', { url: url.value }); toast(W.save); }) }, W.save),
      el('button', { type: 'button', onclick: () => attempt(async () => { const v = await call('POST', '/webhook/verify', {}); toast(`${v.reason} ${v.status} ${v.detail || ''}`); }) }, W.verify)),
    el('dl', null, ...row('Channel ID', now.channel.id), ...row('Channel secret', now.channel.secret), ...row('Channel access token', now.channel.token),
      ...row('Bot user ID', now.channel.botUserId), ...row('Quota', now.quota.limit ? `${now.quota.used} / ${now.quota.limit}` : now.quota.used),
      ...Object.entries(now.counts).flatMap(([k, v]) => row(k, v))));
}

/* ---- the tour ---- */

let step = 0;
const steps = [
  { n: 1 }, { n: 2, at: () => $('people') }, { n: 3, at: () => document.querySelector('.phone .gate') },
  { n: 4, at: () => document.querySelector('.phone .write') }, { n: 5, at: () => document.querySelector('.phone .tries') }, { n: 6, at: () => $('panel-toggle') },
];

function drawTour() {
  for (const lit of document.querySelectorAll('.lit')) lit.classList.remove('lit');
  const s = steps[step];
  $('tour-count').textContent = `${step + 1} / ${steps.length}`;
  $('tour-title').textContent = W[`tour${s.n}t`];
  $('tour-text').textContent = W[`tour${s.n}`];
  $('tour-back').hidden = step === 0;
  $('tour-next').textContent = step === steps.length - 1 ? W.finish : W.next;
  const target = s.at && s.at();
  if (target) target.classList.add('lit');
  if (narrow.matches) showPeople(s.n === 2);
}

function startTour() { step = 0; $('tour').hidden = false; drawTour(); $('tour-next').focus({ preventScroll: true }); }
function endTour() {
  $('tour').hidden = true;
  for (const lit of document.querySelectorAll('.lit')) lit.classList.remove('lit');
  if (narrow.matches) showPeople(false);
  try { localStorage.setItem('simulator-tour', 'seen'); } catch { /* private windows have no storage */ }
}
$('tour-button').hidden = !settings.tour; // the tour is the sample shop's
$('tour-button').addEventListener('click', startTour);
$('tour-skip').addEventListener('click', endTour);
$('tour-back').addEventListener('click', () => { step = Math.max(0, step - 1); drawTour(); });
$('tour-next').addEventListener('click', () => { if (step === steps.length - 1) endTour(); else { step++; drawTour(); } });
$('tour').addEventListener('keydown', (e) => { if (e.key === 'Escape') endTour(); });

/* ---- keeping up ---- */

async function refresh() {
  const now = await call('GET', '/state');
  const before = JSON.stringify(state.order.map((id) => state.chats.get(id)));
  state.order = now.chats.map((c) => c.id);
  state.chats = new Map(now.chats.map((c) => [c.id, c]));
  state.botName = now.botName;
  const after = JSON.stringify(now.chats);
  if (before !== after) drawPeople();
  for (const [id, phone] of phones) if (state.chats.has(id)) phone.state(state.chats.get(id));
  return now;
}

let refreshing = false, refreshAgain = false;
async function changed() {
  for (const phone of phones.values()) phone.update();
  if (refreshing) { refreshAgain = true; return; }
  refreshing = true;
  do {
    refreshAgain = false;
    try { await refresh(); } catch { /* the stream says when the server is back */ }
    if (!$('panel').hidden && pane !== 'channel' && pane !== 'faults') drawPane();
    await new Promise((next) => { setTimeout(next, 150); });
  } while (refreshAgain);
  refreshing = false;
}

let stream, silence;
function listen() {
  clearTimeout(silence);
  stream = new EventSource(API + '/stream');
  stream.onmessage = (event) => {
    $('offline').hidden = true;
    const { revision } = JSON.parse(event.data);
    // A smaller number is another simulator under the same address: begin anew.
    if (revision < state.revision) { location.reload(); return; }
    if (revision !== state.revision) { state.revision = revision; changed(); }
  };
  stream.onerror = () => {
    $('offline').hidden = false;
    if (stream.readyState === EventSource.CLOSED) silence = setTimeout(listen, 2000);
  };
}

async function begin() {
  const now = await attempt(refresh);
  if (!now) { $('offline').hidden = false; setTimeout(begin, 2000); return; }
  const wanted = location.hash.slice(1).split(',').filter((id) => state.chats.has(id));
  if (!wanted.length && state.order.length) wanted.push(state.order[0]);
  drawPeople();
  for (const id of narrow.matches ? wanted.slice(0, 1) : wanted) await openPhone(id, false);
  $('empty').hidden = phones.size > 0;
  listen();
  document.body.dataset.ready = 'true';
  let seen = true;
  try { seen = localStorage.getItem('simulator-tour') === 'seen'; } catch { /* no storage: no tour by itself */ }
  if (settings.tour && !seen) startTour();
}

document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && !dialog.open) {
    for (const phone of phones.values()) if (!phone.tray.hidden) { phone.toggleTray(false); phone.plus.focus(); return; }
    if (!$('panel').hidden) { showPanel(false); $('panel-toggle').focus(); }
  }
});
$('other-language').addEventListener('click', (e) => { e.currentTarget.href = e.currentTarget.getAttribute('href').split('#')[0] + location.hash; });
begin();
