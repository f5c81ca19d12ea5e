import { ChevronRight } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { type Group, GROUP_COLOURS, type Instance, type StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';
import { ActionItem, MenuLine } from '../actions/ActionItem.tsx';
import { menuLayer } from '../components/menu-layer.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { findInstance, rolesOf } from '../../core/edit/instances.ts';
import { addOperation, moveOperation, removeOperation, setRole, splitOperation } from '../../core/edit/operations.ts';
import { endName, setCarry } from '../../core/edit/streams.ts';
import { colourGroup, foldGroup, leaveGroup } from '../../core/edit/annotations.ts';
import { findGroup, groupOf } from '../../core/edit/groups.ts';
import type { MenuPlace } from './menu-place.ts';
import { showOnCanvas } from '../actions/reveal.ts';

interface Sub {
  readonly label: string;
  readonly children: ReactNode;
}

function SubMenu({ label, children }: Sub) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger className="menu__item">
        {label} <ChevronRight size={14} aria-hidden="true" className="menu__more" />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal container={menuLayer()}>
        <DropdownMenu.SubContent className="menu" collisionPadding={8}>
          {children}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  );
}

function Item({
  label,
  onSelect,
  danger,
}: {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean;
}) {
  return (
    <DropdownMenu.Item
      className={`menu__item ${danger ? 'menu__item--danger' : ''}`}
      onSelect={() => setTimeout(onSelect)}
    >
      {label}
    </DropdownMenu.Item>
  );
}

interface OperationProps {
  readonly stage: StageName;
  readonly instance: Instance;
  readonly entry: ModuleEntry;
  readonly operation: string;
}

/** What can be done with one operation: other work, other hardware. */
function OperationItems({ stage, instance, entry, operation }: OperationProps) {
  const design = useComposer((state) => state.design);
  const { edit } = composer.getState();
  const role = instance.operations.find((candidate) => candidate.id === operation)?.role;
  const roles = rolesOf(design, stage, entry).filter((candidate) => candidate.role !== role);
  const twins = design.stages[stage].instances.filter(
    (other) => other.module === instance.module && other.id !== instance.id,
  );
  return (
    <>
      {roles.length > 0 ? (
        <SubMenu label="Let it do">
          {roles.map((candidate) => (
            <Item
              key={candidate.role}
              label={candidate.label}
              onSelect={() => edit((present) => setRole(present, stage, instance.id, operation, candidate.role))}
            />
          ))}
        </SubMenu>
      ) : null}
      {twins.length > 0 ? (
        <SubMenu label="Move onto">
          {twins.map((other) => (
            <Item
              key={other.id}
              label={other.id}
              onSelect={() => edit((present) => moveOperation(present, stage, instance.id, operation, other.id))}
            />
          ))}
        </SubMenu>
      ) : null}
      {instance.operations.length > 1 ? (
        <Item
          label="Give its own instance"
          onSelect={() => edit((present) => splitOperation(present, stage, instance.id, operation))}
        />
      ) : null}
      <Item
        danger
        label="Remove operation"
        onSelect={() => edit((present) => removeOperation(present, stage, instance.id, operation))}
      />
    </>
  );
}

function InstanceItems({
  stage,
  instance,
  entry,
  pointed,
}: {
  readonly stage: StageName;
  readonly instance: Instance;
  readonly entry: ModuleEntry;
  readonly pointed: string | undefined;
}) {
  const design = useComposer((state) => state.design);
  const several = useComposer((state) => state.selection.instances.length > 1);
  const group = useComposer((state) => groupOf(state.design.stages[stage], instance.id));
  const { edit } = composer.getState();
  return (
    <>
      {pointed ? (
        <>
          <DropdownMenu.Label className="menu__label">operation {pointed}</DropdownMenu.Label>
          <OperationItems stage={stage} instance={instance} entry={entry} operation={pointed} />
          <MenuLine />
        </>
      ) : null}
      <DropdownMenu.Label className="menu__label">{instance.id}</DropdownMenu.Label>
      <SubMenu label="Add operation (reuse)">
        {rolesOf(design, stage, entry).map((role) => (
          <Item
            key={role.role}
            label={role.label}
            onSelect={() => edit((present) => addOperation(present, stage, instance.id, role.role))}
          />
        ))}
      </SubMenu>
      {pointed
        ? null
        : instance.operations.map((operation) => (
            <SubMenu key={operation.id} label={`Operation ${operation.id}`}>
              <OperationItems stage={stage} instance={instance} entry={entry} operation={operation.id} />
            </SubMenu>
          ))}
      <SubMenu label="Select">
        <ActionItem action="upstream" />
        <ActionItem action="downstream" />
      </SubMenu>
      <MenuLine />
      <ActionItem action="cut" />
      <ActionItem action="copy" />
      <ActionItem action="duplicate" label="Duplicate" />
      <ActionItem action="group" label="Group" />
      {group ? (
        <Item
          label={`Take out of ${group.title}`}
          onSelect={() => edit(() => leaveGroup(stage, group.id, instance.id))}
        />
      ) : null}
      {several ? (
        <SubMenu label="Align and distribute">
          {[
            'align-left',
            'align-centre',
            'align-right',
            'align-top',
            'align-middle',
            'align-bottom',
            'distribute-across',
            'distribute-down',
          ].map((action) => (
            <ActionItem key={action} action={action} />
          ))}
        </SubMenu>
      ) : null}
      <MenuLine />
      <ActionItem action="help" label="About this module" />
      <ActionItem action="delete-reconnect" label="Delete and reconnect" danger />
      <ActionItem action="delete" label="Delete" danger />
    </>
  );
}

function GroupItems({ stage, group }: { readonly stage: StageName; readonly group: Group }) {
  const { edit } = composer.getState();
  return (
    <>
      <DropdownMenu.Label className="menu__label">{group.title}</DropdownMenu.Label>
      <Item
        label={group.collapsed ? 'Expand' : 'Collapse'}
        onSelect={() => edit((design) => foldGroup(design, stage, group.id, !group.collapsed))}
      />
      <ActionItem action="group-rename" label="Rename…" />
      <SubMenu label="Colour">
        {GROUP_COLOURS.map((colour) => (
          <DropdownMenu.Item
            key={colour}
            className="menu__item"
            onSelect={() => edit(() => colourGroup(stage, group.id, colour))}
          >
            <span className={`colour-dot group--${colour}`} aria-hidden="true" /> {colour}
          </DropdownMenu.Item>
        ))}
      </SubMenu>
      <ActionItem action="ungroup" label="Ungroup" />
      <MenuLine />
      <ActionItem action="cut" />
      <ActionItem action="copy" />
      <ActionItem action="duplicate" label="Duplicate" />
      <ActionItem action="tidy" label="Tidy up" />
      <MenuLine />
      <ActionItem action="delete" label="Delete with its instances" danger />
    </>
  );
}

function NoteItems() {
  return (
    <>
      <ActionItem action="note-write" label="Write" />
      <ActionItem action="cut" />
      <ActionItem action="copy" />
      <ActionItem action="duplicate" label="Duplicate" />
      <MenuLine />
      <ActionItem action="delete" label="Delete" danger />
    </>
  );
}

function StreamItems({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const stream = useComposer((state) => state.design.stages[stage].streams.find((candidate) => candidate.id === id));
  if (!stream) return null;
  const { edit } = composer.getState();
  return (
    <>
      <DropdownMenu.Label className="menu__label">
        {endName(stream.from)} → {endName(stream.to)}
      </DropdownMenu.Label>
      <Item
        label="Go to its source"
        onSelect={() => showOnCanvas({ stage, instances: [stream.from.instance], streams: [] })}
      />
      <Item
        label="Go to its target"
        onSelect={() => showOnCanvas({ stage, instances: [stream.to.instance], streams: [] })}
      />
      <SubMenu label="Carry to a later pass">
        <Item label="decided by the composer" onSelect={() => edit(() => setCarry(stage, id, undefined))} />
        <Item label="on-chip FIFO" onSelect={() => edit(() => setCarry(stage, id, 'fifo'))} />
        <Item label="memory buffer" onSelect={() => edit(() => setCarry(stage, id, 'memory'))} />
      </SubMenu>
      <MenuLine />
      <ActionItem action="delete" label="Disconnect" danger />
    </>
  );
}

function CanvasItems() {
  return (
    <>
      <ActionItem action="add" />
      <ActionItem action="note" />
      <ActionItem action="paste" />
      <ActionItem action="select-all" label="Select all" />
      <ActionItem action="find" />
      <MenuLine />
      <ActionItem action="fit" label="Show all" />
      <ActionItem action="fit-selection" label="Show selection" />
      <ActionItem action="tidy" label="Tidy up" />
      <ActionItem action="minimap" label="Minimap" />
      <MenuLine />
      <ActionItem action="commands" />
    </>
  );
}

/** The menu at the pointer, or at what has the focus. */
export default function CanvasMenu({
  stage,
  place,
  onClose,
}: {
  readonly stage: StageName;
  readonly place: MenuPlace | undefined;
  readonly onClose: () => void;
}) {
  const instance = useComposer((state) =>
    place?.instance ? findInstance(state.design, stage, place.instance) : undefined,
  );
  const group = useComposer((state) => (place?.group ? findGroup(state.design, stage, place.group) : undefined));
  const entry = instance && moduleById(instance.module);
  if (!place || (place.instance && !(instance && entry)) || (place.group && !group)) return null;
  const name = instance
    ? `Instance ${instance.id}`
    : group
      ? `Group ${group.title}`
      : place.note
        ? 'Note'
        : place.stream
          ? 'Stream'
          : `${stage} canvas`;
  return (
    <DropdownMenu.Root open onOpenChange={(open) => !open && onClose()} modal={false}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          className="menu-anchor"
          tabIndex={-1}
          aria-label={`Menu of ${name}`}
          style={{ left: place.x, top: place.y }}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={menuLayer()}>
        <DropdownMenu.Content className="menu" align="start" sideOffset={2} collisionPadding={8} aria-label={name}>
          {instance && entry ? (
            <InstanceItems stage={stage} instance={instance} entry={entry} pointed={place.operation} />
          ) : null}
          {group ? <GroupItems stage={stage} group={group} /> : null}
          {place.note ? <NoteItems /> : null}
          {place.stream ? <StreamItems stage={stage} id={place.stream} /> : null}
          {place.instance || place.group || place.note || place.stream ? null : <CanvasItems />}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
