import { memoryStorage } from '@whisper/client';

/** What is kept on this phone, for as long as the tests run. */
export default memoryStorage();
