/**
 * Where the app lives, such as `https://host/chat/`. The page learns it from the address of its own scripts, which
 * lie in a folder there, so a server or a proxy may put it below any path.
 */
const scriptUrl = import.meta.url;
export const appUrl = new URL(import.meta.env.DEV ? '/' : '..', scriptUrl);
