const driverReplacesNullIds =
  'driver 7.8 itself puts an ObjectId in the place of a null _id before it sends it';

/**
 * Cases that fail for a reason we accept, as `file name: description`. A case listed here that passes fails the run, so
 * that the list stays short and true.
 */
export const expectedFailures: Readonly<Record<string, string>> = {
  'create-null-ids.json: inserting _id with type null via insertOne': driverReplacesNullIds,
  'create-null-ids.json: inserting _id with type null via insertMany': driverReplacesNullIds,
  'create-null-ids.json: inserting _id with type null via bulkWrite': driverReplacesNullIds,
  'create-null-ids.json: inserting _id with type null via clientBulkWrite': driverReplacesNullIds,
};
