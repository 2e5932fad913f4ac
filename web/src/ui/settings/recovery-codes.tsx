import { Check, Copy, Download, Printer } from 'lucide-react';
import { useState } from 'react';
import { copy } from '../../lib/clipboard';
import { save } from '../../lib/save';
import { Button } from '../button';

/** Codes that are shown once, to be kept where the app isn't. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone(): void }) {
  const [isCopied, setCopied] = useState(false);
  const text = `Recovery codes for ${location.host}\nEach is good once.\n\n${codes.join('\n')}\n`;
  return (
    <div className="form-note recovery">
      <p>
        <strong>Keep these recovery codes.</strong> They let you in when you lose your app, each once. You
        won’t see them again.
      </p>
      <ul className="recovery-codes" aria-label={`Recovery codes for ${location.host}`}>
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="settings-fact">
        <Button tone="quiet" size="small" onClick={() => void copy(codes.join('\n')).then(setCopied)}>
          {isCopied ? <Check size={15} /> : <Copy size={15} />} {isCopied ? 'Copied' : 'Copy'}
        </Button>
        <Button
          tone="quiet"
          size="small"
          onClick={() => save(new Blob([text], { type: 'text/plain' }), 'guildhall-recovery-codes.txt')}
        >
          <Download size={15} /> Download
        </Button>
        <Button tone="quiet" size="small" onClick={() => window.print()}>
          <Printer size={15} /> Print
        </Button>
      </div>
      <Button onClick={onDone}>I’ve kept them</Button>
    </div>
  );
}
