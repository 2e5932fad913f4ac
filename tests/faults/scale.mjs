/** Whether the tests run long (`FAULTS=long`) or as short as they still mean something. */
export const LONG = process.env.FAULTS === 'long';
/** Whether the server is one process. Otherwise it is a fleet on the same machine, which takes less load. */
export const WHOLE = process.env.GUILDHALL_TEST_SHAPE === undefined;
