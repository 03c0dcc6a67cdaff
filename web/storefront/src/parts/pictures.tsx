// What is sold, drawn: one picture per SKU in the colours of the theme, and a parcel for what has none yet.
import type {ComponentChildren} from 'preact';

const PICTURES: Record<string, {tone: string; drawing: ComponentChildren}> = {
  'kettle-copper': {
    tone: 'clay',
    drawing: <>
      <path class="dark" d="M74 66c0-34 52-34 52 0h-8c0-22-36-22-36 0z" />
      <path class="main" d="M58 72h84c6 26 8 44 0 62a8 8 0 0 1-8 6H66a8 8 0 0 1-8-6c-8-18-6-36 0-62z" />
      <path class="main" d="M144 96l26-22 6 6-28 44z" />
      <path class="light" d="M58 72h84l2 8H56z" /><circle class="dark" cx="100" cy="66" r="6" />
    </>,
  },
  'lamp-brass': {
    tone: 'sand',
    drawing: <>
      <path class="dark" d="M97 70h6v74h-6z" /><path class="main" d="M72 28h56l22 48H50z" />
      <path class="light" d="M72 28h14L70 76H50z" /><ellipse class="dark" cx="100" cy="148" rx="34" ry="8" />
      <path class="dark" d="M126 76h3v22h-3z" /><circle class="main" cx="127.500" cy="100" r="4" />
    </>,
  },
  'lantern-iron': {
    tone: 'moss',
    drawing: <>
      <path class="line" d="M86 40a14 14 0 1 1 28 0" /><path class="dark" d="M72 62l28-24 28 24z" />
      <path class="light" d="M76 62h48v76H76z" /><path class="dark" d="M70 138h60v10H70zM76 62h5v76h-5zM119 62h5v76h-5zM97.500 62h5v18h-5z" />
      <path class="main" d="M100 90c14 18 10 34 0 34s-14-16 0-34z" />
    </>,
  },
  'mug-stoneware': {
    tone: 'sky',
    drawing: <>
      <path class="ring" d="M132 78h14a18 18 0 0 1 0 40h-14" /><path class="main" d="M60 60h74v68a18 18 0 0 1-18 18H78a18 18 0 0 1-18-18z" />
      <path class="light" d="M60 60h74v22c-20 10-48-8-74 4z" />
      <path class="line" d="M84 46c-6-8 6-12 0-20M104 46c-6-8 6-12 0-20" />
    </>,
  },
  'notebook-linen': {
    tone: 'rose',
    drawing: <>
      <rect class="dark" x="66" y="38" width="78" height="112" rx="5" /><rect class="main" x="60" y="34" width="78" height="112" rx="5" />
      <path class="light" d="M60 39a5 5 0 0 1 5-5h9v112h-9a5 5 0 0 1-5-5z" /><path class="dark" d="M122 34h6v124l-3-5-3 5z" />
      <rect class="light" x="86" y="62" width="28" height="4" rx="2" /><rect class="light" x="86" y="72" width="18" height="4" rx="2" />
    </>,
  },
  'padlock-steel': {
    tone: 'slate',
    drawing: <>
      <path class="ring" d="M80 84V62a22 22 0 0 1 44 0v22" /><rect class="main" x="64" y="82" width="76" height="62" rx="10" />
      <path class="light" d="M64 92a10 10 0 0 1 10-10h56a10 10 0 0 1 10 10z" /><path class="dark" d="M102 102a8 8 0 0 1 4 15v13h-8v-13a8 8 0 0 1 4-15z" />
    </>,
  },
  'stool-oak': {
    tone: 'sand',
    drawing: <>
      <path class="dark" d="M70 80l-16 72h8l18-72zM130 80l16 72h-8l-18-72zM68 118h64v6H68z" />
      <path class="main" d="M97 80h6v66h-6z" /><ellipse class="main" cx="100" cy="78" rx="50" ry="13" /><ellipse class="light" cx="100" cy="73" rx="50" ry="13" />
      <ellipse class="fine" cx="100" cy="73" rx="32" ry="7" /><ellipse class="fine" cx="100" cy="73" rx="15" ry="3" />
    </>,
  },
  'throw-wool': {
    tone: 'rose',
    drawing: <>
      <path class="main" d="M50 52c30-14 70 12 100-2v84c-30 14-70-12-100 2z" /><path class="light" d="M50 70c30-14 70 12 100-2v14c-30 14-70-12-100 2zM50 104c30-14 70 12 100-2v8c-30 14-70-12-100 2z" />
      <path class="line" d="M54 136v14M66 133v14M78 131v14M90 131v14M102 132v14M114 134v14M126 135v14M138 134v14M147 132v14" />
    </>,
  },
};

const PARCEL = {
  tone: 'slate',
  drawing: <><rect class="main" x="54" y="62" width="92" height="78" rx="6" /><path class="light" d="M92 62h16v78H92z" /><path class="dark" d="M54 78h92v4H54z" /></>,
};

export function Picture({sku}: {sku: string}) {
  const {tone, drawing} = PICTURES[sku] ?? PARCEL;
  return <svg class={`picture ${tone}`} viewBox="0 0 200 180" aria-hidden="true" focusable="false">
    <ellipse class="shade" cx="100" cy="152" rx="66" ry="7" />
    {drawing}
  </svg>;
}
