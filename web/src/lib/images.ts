/** Where a picture is, at least so many pixels wide. */
export const imageUrl = (name: string, width: number): string => `/files/images/${name}?size=${width}`;

/** What can be given as a picture. */
export const IMAGE_TYPES = 'image/png,image/jpeg,image/gif,image/webp';

/** The part of a picture that is seen through a window: how many of its pixels wide and high, and where its middle is. */
export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Extent {
  width: number;
  height: number;
}

/** Fills the window as closely as `zoom` (1 or more) says, as near to the wanted middle as the picture's edges let it. */
export function partOf(
  picture: Extent,
  window: Extent,
  zoom: number,
  middle: { x: number; y: number },
): Part {
  const scale = Math.max(window.width / picture.width, window.height / picture.height) * Math.max(1, zoom);
  const width = Math.min(picture.width, window.width / scale);
  const height = Math.min(picture.height, window.height / scale);
  const within = (wanted: number, size: number, whole: number) =>
    Math.min(whole - size / 2, Math.max(size / 2, wanted));
  return {
    x: within(middle.x, width, picture.width),
    y: within(middle.y, height, picture.height),
    width,
    height,
  };
}
