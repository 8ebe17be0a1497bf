// Helpers to create and find elements. Text from the server is always set as text, never as markup.

export const $ = (id) => document.getElementById(id);

/** Creates an element with properties and children; `class` and `aria-…` are attributes, `on…` are listeners. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== 'list') element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets an element's text if it differs: screen readers announce every assignment. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A command with a button that copies it. */
export function command(text, label = `Copy: ${text}`) {
  const copy = el('button', {
    type: 'button',
    class: 'copy',
    'aria-label': label,
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        copy.textContent = 'copied';
      } catch {
        getSelection().selectAllChildren(code);
        copy.textContent = 'selected';
      }
      setTimeout(() => { copy.textContent = 'copy'; }, 1500);
    },
  }, 'copy');
  const code = el('code', {}, text);
  return el('span', { class: 'command' }, code, copy);
}
