const server = 'http://127.0.0.1:3000';

export default {
  server: { proxy: { '/trpc': { target: server, ws: true }, '/dev': server } },
};
