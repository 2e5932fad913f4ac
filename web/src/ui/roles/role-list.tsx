import { ArrowDown, ArrowUp, Plus } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import type { Role } from '../../api/types';
import { Button, IconButton } from '../button';
import { RoleDot } from './role-name';

interface Props {
  roles: readonly Role[];
  chosen: string;
  /** Roles below this can be moved. */
  below: number;
  isBusy: boolean;
  onChoose(role: string): void;
  onAdd(): void;
  onOrder(roles: string[]): void;
}

/** A guild's roles in their order: dragged, or moved by the buttons. */
export function RoleList({ roles, chosen, below, isBusy, onChoose, onAdd, onOrder }: Props) {
  const [dragged, setDragged] = useState<string | null>(null);
  const own = roles.slice(0, -1);
  const move = (id: string, to: number) => {
    const order = own.map(role => role.id).filter(other => other !== id);
    const target = own[to];
    if (isBusy || !target || target.position >= below) return;
    order.splice(to, 0, id);
    onOrder(order);
  };
  const dropAt = (place: number) => (event: DragEvent) => {
    event.preventDefault();
    if (dragged) move(dragged, place);
    setDragged(null);
  };
  return (
    <div className="role-side">
      <Button tone="quiet" size="small" wide disabled={below <= 0} busy={isBusy} onClick={onAdd}>
        <Plus size={15} aria-hidden="true" /> New role
      </Button>
      <ol className="role-list" aria-label="Roles, the highest first">
        {roles.map((role, place) => {
          const canMove = role.position > 0 && role.position < below;
          return (
            <li
              key={role.id}
              className="role-item"
              draggable={canMove}
              data-dragged={dragged === role.id || undefined}
              onDragStart={() => setDragged(role.id)}
              onDragEnd={() => setDragged(null)}
              onDragOver={event => dragged && event.preventDefault()}
              onDrop={dropAt(place)}
            >
              <button
                type="button"
                className="role-choose"
                aria-pressed={role.id === chosen}
                onClick={() => onChoose(role.id)}
              >
                <RoleDot role={role} />
                <span>{role.name}</span>
              </button>
              {canMove && (
                <span className="role-moves">
                  <IconButton
                    label={`Move ${role.name} up`}
                    disabled={(own[place - 1]?.position ?? below) >= below}
                    onClick={() => move(role.id, place - 1)}
                  >
                    <ArrowUp size={14} />
                  </IconButton>
                  <IconButton
                    label={`Move ${role.name} down`}
                    disabled={place >= own.length - 1}
                    onClick={() => move(role.id, place + 1)}
                  >
                    <ArrowDown size={14} />
                  </IconButton>
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
