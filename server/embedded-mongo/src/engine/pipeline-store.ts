import type { HostQuery, PipelineHost } from '../aggregate/pipeline-host.ts';
import { runPipeline } from '../aggregate/run-pipeline.ts';
import { type BsonDocument, decodeDocument, encodeDocument } from '../bson/value.ts';
import type { Collection, Namespace } from '../storage/collection.ts';
import { encodeId } from '../storage/tree-keys.ts';
import { type ViewDefinition, viewOf } from '../storage/view.ts';
import type { Deadline } from '../pace/deadline.ts';
import { type Pause, pause, type Steps } from '../pace/pace.ts';
import { treesOf } from '../storage/catalog.ts';
import { FindSource } from './find-source.ts';
import { assertValid } from './validation.ts';
import { insertDocument, insertInto } from './write-documents.ts';
import { planKilled, type WriteScope } from './select-targets.ts';

/** The database a pipeline runs in. */
export class PipelineStore implements PipelineHost {
  readonly #scope: WriteScope;

  constructor(scope: WriteScope) {
    this.#scope = scope;
  }

  get namespace(): Namespace {
    return this.#scope.namespace;
  }

  get deadline(): Deadline {
    return this.#scope.deadline;
  }

  *find(namespace: Namespace, query: HostQuery): Generator<BsonDocument | Pause> {
    const collection = this.#collection(namespace);
    if (!collection) return;
    const view = viewOf(collection.meta);
    if (view) return yield* this.#findInView(namespace, view, query);
    const { store, deadline } = this.#scope;
    const source = new FindSource(query, { kv: store.kv, collection, deadline });
    for (const found of source.matches(deadline)) {
      yield found === pause ? pause : (found.document ?? decodeDocument(found.bytes));
    }
  }

  *#findInView({ db }: Namespace, view: ViewDefinition, query: HostQuery): Generator<BsonDocument | Pause> {
    const { collation, let: variables } = query;
    const documents = this.find({ db, name: view.viewOn }, { filter: {} });
    const pipeline = [...view.pipeline, { $match: query.filter }];
    yield* runPipeline(pipeline, documents, { host: this, collation, let: variables });
  }

  /** Fills a collection beside the target, so that readers have the old documents until the new ones are all there. */
  *replaceCollection(namespace: Namespace, documents: readonly BsonDocument[]): Steps<void> {
    const { deadline, skipsValidation, store } = this.#scope;
    const target = store.catalog.ensure(namespace);
    const hidden = store.catalog.makeHidden(target);
    try {
      for (const document of documents) {
        insertInto(hidden, encodeDocument(document), { skipsValidation });
        if (deadline.isPauseDue()) yield pause;
      }
      if (store.catalog.get(target.ns) !== target) throw planKilled(target);
      store.replaceCollection(target, hidden);
    } finally {
      for (const id of treesOf(hidden)) store.catalog.unhide(id);
      store.sweepDropped();
    }
  }

  insert(namespace: Namespace, document: BsonDocument): void {
    insertDocument({ ...this.#scope, namespace }, encodeDocument(document));
  }

  replace(namespace: Namespace, document: BsonDocument): void {
    const collection = this.#collection(namespace);
    const idKey = encodeId(document['_id']);
    const bytes = collection?.getBytes(idKey);
    if (!collection || !bytes) return;
    if (!this.#scope.skipsValidation) assertValid(collection.meta, document);
    const stored = { idKey, bytes, document: decodeDocument(bytes) };
    collection.replace(stored, { bytes: encodeDocument(document), document });
  }

  hasUniqueIndex(namespace: Namespace, fields: readonly string[]): boolean {
    if (fields.length === 1 && fields[0] === '_id') return true;
    const wanted = new Set(fields);
    const indexes = this.#collection(namespace)?.indexes ?? [];
    return indexes.some(
      ({ spec, fields: own }) =>
        spec.isUnique &&
        !spec.partialFilter &&
        own.length === wanted.size &&
        own.every(({ path }) => wanted.has(path)),
    );
  }

  #collection({ db, name }: Namespace): Collection | undefined {
    return this.#scope.store.catalog.get(`${db}.${name}`);
  }
}
