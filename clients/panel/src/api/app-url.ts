/**
 * Where the server is, such as `https://host/chat/`. The page learns it from the address of its own scripts, which
 * lie in a folder of the panel's, so a proxy may put it all below any path.
 */
const scriptUrl = import.meta.url;
export const appUrl = new URL(import.meta.env.DEV ? '/' : '../..', scriptUrl);
