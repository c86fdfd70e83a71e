// A button that opens a list of actions. Radix moves the focus in it, by arrows and by letters.
import { Link, type LinkProps } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

interface MenuProps {
  readonly trigger: ReactNode;
  readonly label?: string;
  readonly className?: string;
  readonly disabled?: boolean;
  readonly isOpen?: boolean;
  readonly onOpenChange?: (isOpen: boolean) => void;
  readonly children: ReactNode;
}

export function Menu({ trigger, label, className, disabled, isOpen, onOpenChange, children }: MenuProps) {
  return (
    // Not modal: that would put a style element into the page, which its policy forbids.
    <DropdownMenu.Root
      modal={false}
      {...(isOpen === undefined ? {} : { open: isOpen })}
      {...(onOpenChange ? { onOpenChange } : {})}
    >
      <DropdownMenu.Trigger className={className} aria-label={label} title={label} disabled={disabled}>
        {trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" sideOffset={6} align="end" collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface MenuItemProps {
  readonly onSelect: () => void;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

export function MenuItem({ onSelect, disabled = false, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item className="menu-item" disabled={disabled} onSelect={onSelect}>
      {children}
    </DropdownMenu.Item>
  );
}

/** To another page: it opens in a new tab as links do. */
export function MenuLink({
  to,
  children,
}: {
  readonly to: NonNullable<LinkProps['to']>;
  readonly children: ReactNode;
}) {
  return (
    <DropdownMenu.Item asChild className="menu-item">
      <Link to={to}>{children}</Link>
    </DropdownMenu.Item>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="menu-line" />;
}
