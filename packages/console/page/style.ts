/** What the console has besides the common rules and those of charts. */
export const style = `
body { max-width: 78rem; }
.verdict { margin: 1rem 0; padding: .7rem 1rem; border-left: .35rem solid var(--tone); border-radius: .3rem;
  background: var(--tone-soft); }
.verdict strong { font-size: 1.2rem; } .verdict ul { margin: .4rem 0 0; padding: 0; list-style: none; }
.verdict li { margin: .2rem 0; overflow-wrap: anywhere; } .verdict li b { margin-right: .3rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: .9rem; }
figure { display: grid; grid-row: span 4; grid-template-rows: subgrid; row-gap: 0; margin: 0; padding: .75rem;
  border: 1px solid var(--line); border-radius: .4rem; background: var(--soft); }
figcaption { margin-bottom: .5rem; } .nothing { align-self: center; margin: 0; }
.stacks :is(th, td) { overflow-wrap: break-word; } .stacks td:nth-child(4) { overflow-wrap: anywhere; }
@media (max-width: 40rem) { .stacks thead { display: none; }
  .stacks tr, .stacks td { display: block; } .stacks tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .stacks td { padding: .05rem 0; border: 0; } .stacks td > div { display: inline; }
  .stacks td:not(:first-child)::before { content: attr(data-label) ": "; color: var(--quiet); } }
`;
