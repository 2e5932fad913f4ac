import type { Client } from 'openapi-fetch';
import type { Take } from './calls';
import type { paths } from './schema';
import type { Edit, Page, Version } from './types';

/** What people do with messages that are there. */
export function messageCalls(http: Client<paths>, take: Take) {
  const of = (channel: string, message: string) => ({ params: { path: { channel, message } } });
  return {
    editMessage: (channel: string, message: string, body: Edit) =>
      take(http.PATCH('/api/v1/channels/{channel}/messages/{message}', { ...of(channel, message), body })),
    /** Goes on when the page closes meanwhile. */
    deleteMessage: (channel: string, message: string) =>
      take(
        http.DELETE('/api/v1/channels/{channel}/messages/{message}', {
          ...of(channel, message),
          keepalive: true,
        }),
      ),
    versions: (channel: string, message: string): Promise<Page<Version>> =>
      take(http.GET('/api/v1/channels/{channel}/messages/{message}/versions', of(channel, message))),
  };
}
