/** A dialog over the page: Escape and a click beside it close it, the focus stays inside and goes back after. */
import type { ReactNode } from "react"
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components"
import { words } from "../words.ts"
import { Button } from "./button.tsx"
import { Icon } from "./icon.tsx"

export const Dialog = ({
  title,
  isOpen,
  onClose,
  children,
  foot,
  small = false,
  flush = false
}: {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly foot?: ReactNode
  readonly small?: boolean
  /** The content brings its own body and foot. */
  readonly flush?: boolean
}) => (
  <ModalOverlay
    className="overlay"
    isOpen={isOpen}
    isDismissable
    onOpenChange={(open) => (open ? undefined : onClose())}
  >
    <Modal className={small ? "modal modal-small" : "modal"}>
      <AriaDialog className="dialog">
        <div className="dialog-head">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          <Button variant="quiet" icon aria-label={words.close} onPress={onClose}>
            <Icon name="wrong" />
          </Button>
        </div>
        {flush ? children : <div className="dialog-body">{children}</div>}
        {foot ? <div className="dialog-foot">{foot}</div> : null}
      </AriaDialog>
    </Modal>
  </ModalOverlay>
)
