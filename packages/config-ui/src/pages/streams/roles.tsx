/** Where this org keeps a customer's logo, reference status and marketing rights. */
import type { OrgObjectDetail, RoleFields } from "@decant/api"
import { Choose, type Option } from "../../ui/choice.tsx"
import { words } from "../../words.ts"

const text = words.streams
const roles = ["logo", "reference", "marketingRights"] as const

const optionsOf = (
  detail: OrgObjectDetail,
  suggested: ReadonlyArray<string>
): ReadonlyArray<Option<string>> => {
  const usable = detail.fields.filter(({ columnType, required }) => columnType !== null && !required)
  const rank = (name: string): number => {
    const at = suggested.indexOf(name)
    return at === -1 ? suggested.length : at
  }
  return [
    { value: "", label: text.roleNone },
    ...usable
      .toSorted(
        (a, b) =>
          rank(a.name) - rank(b.name) || Number(b.custom) - Number(a.custom) || a.label.localeCompare(b.label)
      )
      .map(({ name, label }) => ({
        value: name,
        label,
        hint: suggested.includes(name) ? `${name}, ${text.roleSuggested}` : name
      }))
  ]
}

export const Roles = ({
  detail,
  roles: chosen,
  onChange
}: {
  readonly detail: OrgObjectDetail
  readonly roles: RoleFields
  readonly onChange: (roles: RoleFields) => void
}) => (
  <section className="card" aria-labelledby="roles">
    <div className="card-body">
      <div>
        <h3 id="roles">{text.roles}</h3>
        <p className="hint">{text.rolesLead}</p>
      </div>
      <div className="role-fields">
        {roles.map((role) => (
          <Choose
            key={role}
            label={text.roleNames[role]}
            value={chosen[role] ?? ""}
            options={optionsOf(detail, detail.roleSuggestions[role])}
            onChange={(name) => {
              const { [role]: _, ...rest } = chosen
              onChange(name === "" ? rest : { ...rest, [role]: name })
            }}
          />
        ))}
      </div>
    </div>
  </section>
)
