/** The settings file as text, beside the form and always equal to it. Mistakes stand at their lines. */
import type { SpecDraft } from "../../data/use-spec-draft.ts"
import { Badge, Notice } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.file

export const FilePanel = ({ draft }: { readonly draft: SpecDraft }) => {
  const content = draft.now?.text ?? ""
  const problems = draft.now?.problems ?? []
  const lines = content.split("\n")
  const wrong = new Set(problems.map(({ line }) => line))
  return (
    <section className="card" aria-labelledby="file">
      <div className="card-head">
        <div>
          <div className="row">
            <h2 id="file">{text.title}</h2>
            {draft.isDraft ? <Badge tone="accent">{text.draft}</Badge> : null}
          </div>
          <p className="hint">{text.lead}</p>
        </div>
      </div>
      {problems.length > 0 ? (
        <div className="card-body">
          <Notice tone="bad" title={text.problems(problems.length)} live>
            <ul className="stack stack-tight">
              {problems.map(({ line, path, message }) => (
                <li key={`${line} ${path} ${message}`}>
                  <strong>{line === null ? text.whole : text.line(line)}:</strong> {message}
                </li>
              ))}
            </ul>
          </Notice>
        </div>
      ) : null}
      <div className="editor">
        <div className="editor-lines" aria-hidden="true">
          {lines.map((_, at) => {
            const line = at + 1
            return (
              <span key={line} data-wrong={wrong.has(line) || undefined}>
                {line}
              </span>
            )
          })}
        </div>
        <textarea
          className="editor-text"
          aria-label={text.label}
          aria-invalid={problems.length > 0}
          spellCheck={false}
          autoCapitalize="off"
          rows={lines.length}
          cols={Math.max(40, ...lines.map((line) => line.length + 2))}
          value={content}
          onChange={(event) => draft.setText(event.target.value)}
        />
      </div>
    </section>
  )
}
