import { ask, follow, type Result, routes, type ViewName } from './ask.mjs';
import { curlLine, webSocketLine } from './curl.mjs';
import { element } from './element.mjs';
import { Exchange } from './exchange.mjs';
import { FaceService, ServiceError } from './face-service.mjs';
import { FaceStream } from './face-stream.mjs';
import { KeyForm } from './key-form.mjs';
import { Messages, summary } from './messages.mjs';
import { Options } from './option-fields.mjs';
import { type Picture, release } from './picture.mjs';
import { showQuality } from './quality-table.mjs';
import { nameOf, resultName, save } from './save.mjs';
import { Stage } from './stage.mjs';
import { hideTimes, showTimes, type Times } from './times.mjs';

// For the curl command, before there is a picture.
const placeholder: Picture = { name: 'photo.jpg', isFile: true, blob: new Blob() };

/** The screen: one picture, shown in one of the views, with the current options. */
export class View {
  readonly #service = new FaceService();
  readonly #stream = new FaceStream(this.#service);
  readonly #stage = new Stage();
  readonly #exchange = new Exchange();
  readonly #messages = new Messages(() => void this.#run());
  readonly #options = new Options(() => this.#changed());
  readonly #keyForm = new KeyForm((key) => this.#useKey(key));
  readonly #save = element('save', HTMLButtonElement);
  readonly #views = element('views', HTMLFieldSetElement);
  #picture: Picture | undefined;
  #result: Result | undefined;
  /** Times of the last run with this picture and view, to compare with. */
  #before: Times | undefined;
  #running: AbortController | undefined;
  #isLive = false;

  constructor() {
    this.#views.addEventListener('change', () => {
      this.#before = undefined;
      this.#options.showFor(this.#view);
      this.#changed();
    });
    this.#save.addEventListener('click', () => void this.#orShowError(() => this.#saveShown()));
    element('save-picture', HTMLButtonElement).addEventListener('click', () => {
      if (this.#picture) save(this.#picture.blob, this.#picture.name);
    });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#closeStream();
    });
    this.#options.showFor(this.#view);
    this.#showRequest();
    void this.#orShowError(() => this.#describe());
  }

  /** While the webcam is on, changed options apply from the next frame. */
  set isLive(isLive: boolean) {
    const isFollowed = this.#stream.isAsking || this.#result?.message !== undefined;
    this.#closeStream();
    this.#isLive = isLive;
    this.#messages.isQuiet = isLive;
    this.#showRequest();
    this.#showSave();
    if (isFollowed && !isLive) void this.#run(); // the last frame, by the request that is shown now
  }

  /**
   * Replaces the picture and cancels the request for the one before. Resolves when it is shown, or to the error shown
   * instead.
   */
  async show(coming: Picture | Promise<Picture>): Promise<ServiceError | undefined> {
    const { signal } = this.#begin();
    const picture = await coming;
    if (signal.aborted) return undefined;
    const old = this.#picture;
    this.#picture = picture;
    this.#before = undefined;
    if (!this.#isLive) {
      this.#messages.status(`Searching ${picture.name} ...`);
      this.#showBare(picture);
    }
    const error = await this.#run();
    release(old?.drawable);
    return error;
  }

  /** Shows a picture without results. */
  #showBare({ drawable, name }: Picture): void {
    if (this.#view === 'boxes' && drawable) this.#stage.showPicture(drawable, [], name);
    else this.#stage.clear();
  }

  /** Shows an error that happened before any request. */
  fail(title: string, detail: string): void {
    this.#messages.error(title, detail, false);
  }

  get #view(): ViewName {
    const chosen = this.#views.querySelector<HTMLInputElement>('input:checked');
    return (chosen?.value ?? 'boxes') as ViewName;
  }

  #begin(): AbortController {
    this.#running?.abort();
    this.#running = new AbortController();
    return this.#running;
  }

  #changed(): void {
    this.#showRequest();
    if (!this.#isLive) void this.#run();
  }

  /** Whether frames go by WebSocket, which follows faces: where the service has one, for boxes. */
  get #isStreaming(): boolean {
    const isAsked = this.#isLive && this.#view === 'boxes' && !this.#stream.isBlocked;
    return isAsked && this.#options.areForStream(this.#options.of('boxes'));
  }

  #closeStream(): void {
    if (this.#stream.isAsking) this.#running?.abort();
    this.#stream.close();
  }

  async #ask(picture: Picture, view: ViewName, signal: AbortSignal): Promise<Result> {
    if (this.#isStreaming) {
      try {
        return await follow(this.#stream, picture, this.#options.of(view), this.#options.model);
      } catch (error) {
        if (!this.#stream.isBlocked) throw error;
        this.#showRequest();
      }
    }
    return ask(this.#service, picture, view, (name) => this.#options.of(name), signal);
  }

  /** Requests what is on the screen, and cancels the request before. */
  async #run(): Promise<ServiceError | undefined> {
    const picture = this.#picture;
    if (!picture) return undefined;
    const controller = this.#begin();
    const { signal } = controller;
    const view = this.#view;
    this.#stage.isBusy = true;
    this.#showRequest();
    try {
      const result = await this.#ask(picture, view, signal);
      if (!signal.aborted) this.#present(result, picture, view);
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof ServiceError)) throw error;
      this.#refused(error, picture);
      return error;
    } finally {
      if (this.#running === controller) this.#stage.isBusy = false;
    }
  }

  #present(result: Result, shown: Picture, view: ViewName): void {
    const { answer, message = answer, times, picture, framing } = result;
    const text = summary(answer, view, shown.name);
    const old = this.#result?.picture;
    this.#result = result;
    this.#messages.clearError();
    if (picture?.drawable) this.#stage.showPicture(picture.drawable, picture.isFromService ? [] : answer.faces, text);
    else if (view === 'crops') this.#stage.showCrops(answer.faces, answer.format ?? 'png', nameOf(shown));
    else this.#stage.clear();
    if (old?.isFromService) release(old.drawable);
    const { width, height } = answer.image;
    const drawn =
      picture?.isFromService && view === 'boxes' ? 'Drawn by the service: this browser cannot show it.' : '';
    const hint = ` ${framing ?? drawn}`.trimEnd();
    this.#messages.status(`${text}, ${width} × ${height} pixels, by ${answer.model}.${hint}`);
    this.#exchange.answer = message;
    showQuality(answer.faces);
    showTimes(times, this.#before);
    if (!this.#isLive) this.#before = times;
    this.#showSave();
    void this.#orShowError(() => this.#describe());
  }

  #refused(error: ServiceError, picture: Picture): void {
    this.#showBare(picture);
    this.#forgetResult();
    this.#before = undefined;
    this.#messages.error(error.title, error.detail, error.isRetryable && !this.#isLive);
    this.#messages.status(`${picture.name} was not searched.`);
    this.#exchange.answer = error.problem ?? {};
    hideTimes();
    showQuality([]);
    if (error.status === 401) this.#keyForm.show();
    this.#showSave();
  }

  #forgetResult(): void {
    const old = this.#result?.picture;
    this.#result = undefined;
    if (old?.isFromService) release(old.drawable);
  }

  /** Runs something other than a search; shows its error. */
  async #orShowError(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (error.status === 401) this.#keyForm.show();
      else this.fail(error.title, error.detail);
    }
  }

  /** If this fails at first, it is retried after each answered picture. */
  async #describe(): Promise<void> {
    if (this.#options.areDescribed) return;
    const description = await this.#service.describe();
    this.#options.describe(description);
    this.#messages.standIn(description.models);
    this.#showRequest();
  }

  #useKey(key: string): void {
    this.#service.key = key;
    this.#messages.clearError();
    void this.#orShowError(() => this.#describe());
    this.#changed();
  }

  #showRequest(): void {
    const view = this.#view;
    const picture = this.#picture ?? placeholder;
    if (this.#isStreaming) {
      this.#exchange.request = webSocketLine(this.#stream.url(this.#options.of(view)), this.#service.key !== '');
      this.#exchange.missingFile = undefined;
      return;
    }
    const url = this.#service.url(routes[view], this.#options.of(view));
    const output = ['redacted', 'crop'].includes(view) ? resultName(picture, view) : undefined;
    this.#exchange.request = curlLine(url, picture.name, this.#service.key !== '', output);
    this.#exchange.missingFile = picture.isFile ? undefined : picture.name;
  }

  #showSave(): void {
    this.#save.hidden = this.#isLive || !this.#result?.picture;
  }

  /** Saves the picture on the screen; the one with boxes as drawn by the service. */
  async #saveShown(): Promise<void> {
    const [picture, shown, view] = [this.#picture, this.#result?.picture, this.#view];
    if (!picture || !shown) return;
    const { signal } = new AbortController();
    const annotated = () => this.#service.send('annotate', picture.blob, this.#options.of('boxes'), signal);
    const blob = shown.isFromService ? shown.blob : await (await annotated()).blob();
    save(blob, resultName(picture, view, blob.type));
  }
}
