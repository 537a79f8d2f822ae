// The client, the hooks and the contract come from their sources in this repository, and what these import from this folder's
// own node_modules: never a second React from the workspace. An app outside of it installs the packages and needs none of this.
const { getDefaultConfig } = require('expo/metro-config');
const { join, sep } = require('node:path');

const root = join(__dirname, '../..');
const app = join(__dirname, 'index.ts');
const sources = {
  '@whisper/client': 'clients/sdk/src/index.ts',
  '@whisper/react': 'clients/react/src/index.ts',
  '@whisper/shared': 'shared/src/index.ts',
};

const config = getDefaultConfig(__dirname);
config.watchFolders = ['clients/sdk/src', 'clients/react/src', 'shared/src'].map((folder) =>
  join(root, folder),
);
config.resolver.resolveRequest = (context, name, platform) => {
  const source = sources[name];
  if (source) return { type: 'sourceFile', filePath: join(root, source) };
  const isOurs = context.originModulePath.startsWith(__dirname + sep);
  const from = isOurs || name.startsWith('.') ? context.originModulePath : app;
  return context.resolveRequest({ ...context, originModulePath: from }, name, platform);
};

module.exports = config;
