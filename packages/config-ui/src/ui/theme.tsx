/** Light or dark: as the system says, until the person says otherwise. */
import { words } from "../words.ts"
import { Button } from "./button.tsx"
import { Icon } from "./icon.tsx"

const key = "decant.theme"

export const applyTheme = () => {
  const chosen = localStorage.getItem(key)
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen
}

const turn = () => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
  const now = document.documentElement.dataset.theme ?? system
  localStorage.setItem(key, now === "dark" ? "light" : "dark")
  applyTheme()
}

export const ThemeButton = () => (
  <Button variant="quiet" icon aria-label={words.theme} onPress={turn}>
    <Icon name="theme" />
  </Button>
)
