/* @refresh reload */
import { render } from 'solid-js/web'
import './style/tokens.css'
import './style/base.css'
import './style/controls.css'
import './style/frame.css'
import './style/surfaces.css'
import { App } from './app.tsx'
import { startLanguage } from './language.ts'

const place = document.getElementById('console')
if (place === null) throw new Error('the page has no place for the console')

await startLanguage()
render(() => <App />, place)
