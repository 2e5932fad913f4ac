/** Whether the tests run long (`FAULTS=long`) or as short as they still mean something. */
export const LONG = process.env.FAULTS === 'long';
