// The one style of all pages: light and dark, no images, no fonts to load.
#pragma once

#include <string_view>

namespace gatehouse::auth_server {

inline constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --paper: #ffffff; --back: #eef1f5;
  --line: #c4ccd6; --mark: #1f5fbf; --on-mark: #ffffff; --alert: #a3211a; --alert-back: #fdecea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --soft: #a3afbd; --paper: #1b222c; --back: #10151c; --line: #3b4654; --mark: #6ea3f0;
    --on-mark: #0b1018; --alert: #ffb4ab; --alert-back: #3a1512; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(24rem, 100% - 2rem); margin: 2rem 0; padding: 2rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.2; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.where { color: var(--soft); margin-bottom: 1.5rem; }
.alert { padding: .625rem .75rem; color: var(--alert); background: var(--alert-back); border-radius: .375rem; }
label { display: block; margin-bottom: .25rem; font-weight: 600; }
input { width: 100%; margin-bottom: 1rem; padding: .625rem .75rem; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .375rem; font: inherit; }
input[aria-invalid] { border-color: var(--alert); }
button { width: 100%; padding: .75rem; color: var(--on-mark); background: var(--mark); border: 0;
  border-radius: .375rem; font: inherit; font-weight: 600; cursor: pointer; }
button.second { margin-top: .75rem; color: inherit; background: transparent; border: 1px solid var(--line); }
.error { margin-bottom: .25rem; color: var(--alert); }
.other { margin: 1.5rem 0 0; text-align: center; }
a { color: var(--mark); }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
)css";

}  // namespace gatehouse::auth_server
