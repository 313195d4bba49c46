import { create } from './element.mjs';
import type { Parameter } from './face-service.mjs';

type Value = string | number | boolean | undefined;

/** How one option is shown. */
export interface Knob {
  name: string;
  title: string;
  /** What the slider can be set to; the default and the service's limits are put in. */
  stops?: readonly number[];
  unit?: string;
  /** What the service takes where the option is not given, if its description names no default. */
  start?: number;
  /** Words for "not given", where neither has one. */
  unset?: string;
  /** It is hidden, and not given, unless that other option is set to this, which may be its default. */
  onlyWith?: readonly [name: string, value: string];
}

interface Control {
  element: HTMLElement;
  /** undefined: as by default. */
  value(): Value;
  /** What it is set to. */
  chosen(): string;
  /** Sets it to that, not to be changed; undefined: as it was before. */
  fix?(value: string | undefined): void;
  reset(): void;
}

function stopsOf({ stops = [] }: Knob, { minimum = 0, maximum = 1 }: Parameter['schema'], start: Value): Value[] {
  const all = typeof start === 'number' ? [...stops, start] : [...stops];
  const within = [...new Set(all)].filter((stop) => stop >= minimum && stop <= maximum).sort((a, b) => a - b);
  return start === undefined ? [...within, undefined] : within;
}

function slider(knob: Knob, { schema }: Parameter): Control {
  const initial = schema.default ?? knob.start;
  const stops = stopsOf(knob, schema, initial);
  const start = String(stops.indexOf(initial));
  const input = create('input', { type: 'range', min: '0', max: String(stops.length - 1), step: '1' });
  const shown = create('span', { ariaHidden: 'true' }); // the slider itself says it
  const value = () => stops[Number(input.value)];
  const show = () => {
    const chosen = value();
    const text = chosen === undefined ? (knob.unset ?? 'not set') : `${chosen}${knob.unit ?? ''}`;
    shown.textContent = text;
    input.setAttribute('aria-valuetext', text);
  };
  const reset = () => {
    input.value = start;
    show();
  };
  input.name = knob.name;
  input.addEventListener('input', show);
  reset();
  const head = create('span', { className: 'knob-head' }, create('span', {}, knob.title), shown);
  return {
    element: create('label', { className: 'knob' }, head, input),
    value: () => (input.value === start ? undefined : value()),
    chosen: () => String(value()),
    reset,
  };
}

function choice(knob: Knob, { schema }: Parameter): Control {
  const start = String(schema.default ?? '');
  const names = schema.enum ?? ['true', 'false'];
  const words: Record<string, string> = { true: 'yes', false: 'no' };
  const select = create('select', { name: knob.name });
  select.append(...names.map((name) => create('option', { value: name }, words[name] ?? name)));
  select.value = start;
  let own = start;
  return {
    fix(value) {
      if (!select.disabled) own = select.value;
      select.disabled = value !== undefined;
      select.value = value ?? own;
    },
    element: create('label', { className: 'choice', hidden: names.length < 2 }, create('span', {}, knob.title), select),
    value: () => (select.value === start ? undefined : select.value),
    chosen: () => select.value,
    reset: () => {
      select.value = start;
    },
  };
}

/** Controls for options of a route, as far as the service has them: their limits and defaults are its own. */
export class Controls {
  readonly #controls = new Map<string, Control>();

  constructor(
    readonly fieldset: HTMLFieldSetElement,
    readonly knobs: readonly Knob[],
    /** Called after each change. */
    readonly onChange: () => void,
  ) {
    fieldset.addEventListener('input', () => {
      this.#hide();
      onChange();
    });
  }

  describe(parameters: readonly Parameter[]): void {
    for (const knob of this.knobs) {
      const parameter = parameters.find(({ name }) => name === knob.name);
      if (!parameter) continue;
      const control = knob.stops ? slider(knob, parameter) : choice(knob, parameter);
      this.#controls.set(knob.name, control);
      this.fieldset.append(control.element);
    }
    this.#hide();
  }

  /** What an option is set to; undefined where the service has no such option. */
  chosen(name: string): string | undefined {
    return this.#controls.get(name)?.chosen();
  }

  /** Sets a choice to that, whatever the user chose, or lets the user choose again. */
  fix(name: string, value: string | undefined): void {
    this.#controls.get(name)?.fix?.(value);
    this.#hide();
  }

  /** Hides what means nothing with the other values. */
  #hide(): void {
    for (const { name, onlyWith: [other, value] = [] } of this.knobs) {
      const control = this.#controls.get(name);
      if (control && other) control.element.hidden = this.#controls.get(other)?.chosen() !== value;
    }
  }

  /** Names and values of what is not as by default. */
  entries(): [string, string][] {
    return [...this.#controls].flatMap(([name, control]): [string, string][] => {
      const value = control.element.hidden ? undefined : control.value();
      return value === undefined ? [] : [[name, String(value)]];
    });
  }

  reset(): void {
    for (const control of this.#controls.values()) control.reset();
    this.#hide();
    this.onChange();
  }
}
