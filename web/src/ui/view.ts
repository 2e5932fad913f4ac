import { useSyncExternalStore } from 'react';
import { browserStorage } from '../engine/platform';

export type Theme = 'dark' | 'light' | 'system';
export type Density = 'cosy' | 'compact';

export type DialogName =
  | { name: 'add-guild' }
  | { name: 'invite'; guild: string }
  | { name: 'channel'; guild: string; channel?: string }
  | { name: 'channel-permissions'; guild: string; channel: string }
  | { name: 'delete-channel'; channel: string }
  | { name: 'guild-settings'; guild: string }
  | { name: 'leave-guild'; guild: string }
  | { name: 'report'; guild: string; user: string; channel?: string; message?: string }
  | { name: 'nickname' | 'time-out' | 'kick' | 'ban'; guild: string; user: string }
  | { name: 'remove-friend'; user: string }
  | { name: 'block'; user: string }
  | { name: 'settings'; tab?: 'security' }
  | { name: 'status' }
  | { name: 'new-direct' }
  | { name: 'switcher' }
  | { name: 'versions'; channel: string; message: string }
  | { name: 'keys' };

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
}

/** What only concerns this window: looks, open panels and dialogs. */
export interface View {
  look: { theme: Theme; density: Density; members: boolean };
  navOpen: boolean;
  /** The member drawer of small screens. */
  membersDrawer: boolean;
  dialog: DialogName | null;
  /** Whether the person is asked to prove that it's them. */
  proof: boolean;
  profile: { user: string; anchor: Element } | null;
  toasts: readonly Toast[];
  /** Said to screen readers. */
  announcement: string;
}

const LOOK_KEY = 'guildhall.look';
const LAST_PLACE_KEY = 'guildhall.last-place';

let view: View = {
  look: readLook(),
  navOpen: false,
  membersDrawer: false,
  dialog: null,
  proof: false,
  profile: null,
  toasts: [],
  announcement: '',
};
const listeners = new Set<() => void>();
let toastCount = 0;
/** Those who wait for the person to prove. */
let provers: ((isProven: boolean) => void)[] = [];

function set(change: Partial<View>): void {
  view = { ...view, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useView<T>(select: (view: View) => T): T {
  return useSyncExternalStore(subscribe, () => select(view));
}

export const show = {
  dialog: (dialog: DialogName) => set({ dialog, profile: null }),
  profile: (user: string, anchor: Element) => set({ profile: { user, anchor } }),
  noProfile: () => set({ profile: null }),
  noDialog: () => set({ dialog: null }),
  proof: () =>
    new Promise<boolean>(done => {
      provers.push(done);
      set({ proof: true });
    }),
  noProof(isProven: boolean) {
    const waiting = provers;
    provers = [];
    set({ proof: false });
    for (const done of waiting) done(isProven);
  },
  nav: (navOpen: boolean) => set({ navOpen, membersDrawer: false }),
  membersDrawer: (membersDrawer: boolean) => set({ membersDrawer }),
  announce: (announcement: string) => set({ announcement }),
  toast(text: string, tone: Toast['tone'] = 'plain') {
    toastCount += 1;
    const toast = { id: toastCount, text, tone };
    set({ toasts: [...view.toasts.slice(-2), toast] });
    setTimeout(() => show.noToast(toast.id), tone === 'bad' ? 7_000 : 3_000);
  },
  noToast: (id: number) => set({ toasts: view.toasts.filter(toast => toast.id !== id) }),
};

/** How things look in this window now. */
export const lookOf = (): View['look'] => view.look;

export const isDialogOpen = (): boolean => view.dialog !== null || view.proof;

export function changeLook(change: Partial<View['look']>): void {
  const look = { ...view.look, ...change };
  browserStorage.set(LOOK_KEY, JSON.stringify(look));
  const root = document.documentElement;
  if (look.theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = look.theme;
  if (look.density === 'compact') root.dataset.density = 'compact';
  else delete root.dataset.density;
  set({ look });
}

function readLook(): View['look'] {
  const usual: View['look'] = { theme: 'system', density: 'cosy', members: true };
  try {
    return { ...usual, ...JSON.parse(browserStorage.get(LOOK_KEY) ?? '{}') };
  } catch {
    return usual;
  }
}

export const lastPlace = {
  read: () => browserStorage.get(LAST_PLACE_KEY),
  write: (path: string) => browserStorage.set(LAST_PLACE_KEY, path),
  channelOf: (guild: string) => browserStorage.get(`${LAST_PLACE_KEY}.${guild}`),
  writeChannelOf: (guild: string, channel: string) =>
    browserStorage.set(`${LAST_PLACE_KEY}.${guild}`, channel),
};
