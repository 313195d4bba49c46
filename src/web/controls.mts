import { create } from './element.mjs';
import type { Parameter } from './face-service.mjs';

type Value = string | number | boolean | undefined;

/** How an option is shown. */
export interface OptionControl {
  name: string;
  title: string;
  /** Positions of the slider; the default is added, and positions outside the service's limits are dropped. */
  stops?: readonly number[];
  unit?: string;
  /** The service's default, if the API description names none. */
  start?: number;
  /** Text for "not set", if there is no default at all. */
  unset?: string;
  /** Hidden and not sent unless that other option has this value, which may be its default. */
  onlyWith?: readonly [name: string, value: string];
}

interface Control {
  element: HTMLElement;
  /** undefined: the default. */
  value(): Value;
  /** The current value. */
  chosen(): string;
  /** Sets and locks the value; undefined: unlocks it and restores the earlier value. */
  fix?(value: string | undefined): void;
  reset(): void;
}

function stopsOf(
  { stops = [] }: OptionControl,
  { minimum = 0, maximum = 1 }: Parameter['schema'],
  start: Value,
): Value[] {
  const all = typeof start === 'number' ? [...stops, start] : [...stops];
  const within = [...new Set(all)].filter((stop) => stop >= minimum && stop <= maximum).sort((a, b) => a - b);
  return start === undefined ? [...within, undefined] : within;
}

function slider(option: OptionControl, { schema }: Parameter): Control {
  const initial = schema.default ?? option.start;
  const stops = stopsOf(option, schema, initial);
  const start = String(stops.indexOf(initial));
  const input = create('input', { type: 'range', min: '0', max: String(stops.length - 1), step: '1' });
  const shown = create('span', { ariaHidden: 'true' }); // screen readers get it from the slider
  const value = () => stops[Number(input.value)];
  const show = () => {
    const chosen = value();
    const text = chosen === undefined ? (option.unset ?? 'not set') : `${chosen}${option.unit ?? ''}`;
    shown.textContent = text;
    input.setAttribute('aria-valuetext', text);
  };
  const reset = () => {
    input.value = start;
    show();
  };
  input.name = option.name;
  input.addEventListener('input', show);
  reset();
  const head = create('span', { className: 'knob-head' }, create('span', {}, option.title), shown);
  return {
    element: create('label', { className: 'knob' }, head, input),
    value: () => (input.value === start ? undefined : value()),
    chosen: () => String(value()),
    reset,
  };
}

function choice(option: OptionControl, { schema }: Parameter): Control {
  const start = String(schema.default ?? '');
  const names = schema.enum ?? ['true', 'false'];
  const words: Record<string, string> = { true: 'yes', false: 'no' };
  const select = create('select', { name: option.name });
  select.append(...names.map((name) => create('option', { value: name }, words[name] ?? name)));
  select.value = start;
  let own = start;
  return {
    fix(value) {
      if (!select.disabled) own = select.value;
      select.disabled = value !== undefined;
      select.value = value ?? own;
    },
    element: create(
      'label',
      { className: 'choice', hidden: names.length < 2 },
      create('span', {}, option.title),
      select,
    ),
    value: () => (select.value === start ? undefined : select.value),
    chosen: () => select.value,
    reset: () => {
      select.value = start;
    },
  };
}

/** Controls for the options of a route that the service has, with the service's limits and defaults. */
export class Controls {
  readonly #controls = new Map<string, Control>();

  constructor(
    readonly fieldset: HTMLFieldSetElement,
    readonly options: readonly OptionControl[],
    /** Called after each change. */
    readonly onChange: () => void,
  ) {
    fieldset.addEventListener('input', () => {
      this.#hide();
      onChange();
    });
  }

  describe(parameters: readonly Parameter[]): void {
    for (const option of this.options) {
      const parameter = parameters.find(({ name }) => name === option.name);
      if (!parameter) continue;
      const control = option.stops ? slider(option, parameter) : choice(option, parameter);
      this.#controls.set(option.name, control);
      this.fieldset.append(control.element);
    }
    this.#hide();
  }

  /** The value of an option; undefined if the service has no such option. */
  chosen(name: string): string | undefined {
    return this.#controls.get(name)?.chosen();
  }

  /** Locks a choice to a value, or unlocks it. */
  fix(name: string, value: string | undefined): void {
    this.#controls.get(name)?.fix?.(value);
    this.#hide();
  }

  /** Hides options that have no effect with the other values. */
  #hide(): void {
    for (const { name, onlyWith: [other, value] = [] } of this.options) {
      const control = this.#controls.get(name);
      if (control && other) control.element.hidden = this.#controls.get(other)?.chosen() !== value;
    }
  }

  /** Names and values of the options that differ from their defaults. */
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
