import { expect, test } from 'vitest';
import { partOf } from './images';

const square = { width: 100, height: 100 };

test('the window is filled, whatever the proportions', () => {
  expect(partOf({ width: 400, height: 200 }, square, 1, { x: 200, y: 100 })).toEqual({
    x: 200,
    y: 100,
    width: 200,
    height: 200,
  });
  expect(partOf({ width: 300, height: 900 }, { width: 300, height: 100 }, 1, { x: 150, y: 450 })).toEqual({
    x: 150,
    y: 450,
    width: 300,
    height: 100,
  });
});

test('no edge comes into the window, and nothing grows beyond it', () => {
  const far = partOf({ width: 400, height: 200 }, square, 2, { x: -1_000, y: 9_000 });
  expect(far).toEqual({ x: 50, y: 150, width: 100, height: 100 });
  expect(partOf({ width: 400, height: 200 }, square, 0.1, { x: 0, y: 0 }).height).toBe(200);
});
