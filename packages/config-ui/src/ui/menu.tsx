/** The "more" menu of a card. */
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components"
import { Icon } from "./icon.tsx"

export interface MenuAction {
  readonly label: string
  readonly run: () => void
  readonly danger?: boolean
}

export const MoreMenu = ({
  label,
  actions
}: {
  readonly label: string
  readonly actions: ReadonlyArray<MenuAction>
}) => (
  <MenuTrigger>
    <Button className="button" data-variant="quiet" data-icon="" aria-label={label}>
      <Icon name="more" />
    </Button>
    <Popover className="popover" placement="bottom end">
      <Menu>
        {actions.map((action) => (
          <MenuItem
            key={action.label}
            className="option"
            onAction={action.run}
            {...(action.danger && { "data-danger": "" })}
          >
            {action.label}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  </MenuTrigger>
)
