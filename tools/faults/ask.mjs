import { request } from 'undici';

/** Asks a service for a route, with a body if one is given. Resolves to the status of the answer, or the code of what went wrong. */
export async function ask({ origin }, route, body, type = 'image/jpeg') {
  const options = body ? { method: 'POST', body, headers: { 'content-type': type } } : {};
  try {
    const { statusCode, body: answer } = await request(origin + route, { ...options, reset: true });
    await answer.dump();
    return String(statusCode);
  } catch (error) {
    return error.code ?? String(error);
  }
}
