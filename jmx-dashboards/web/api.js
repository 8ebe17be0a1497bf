// The description of the API, shown by Swagger UI. It sends no requests to the API: that is another origin, which needs
// a client key.

/* global SwaggerUIBundle */

const preferred = matchMedia('(prefers-color-scheme: dark)');

/** Follows the theme chosen on the dashboard, else that of the system. */
function applyTheme() {
  const theme = localStorage.getItem('theme');
  document.documentElement.classList.toggle('dark-mode', theme ? theme === 'dark' : preferred.matches);
}

applyTheme();
preferred.addEventListener('change', applyTheme);

const nothing = () => null;

SwaggerUIBundle({
  url: '/dashboard/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  supportedSubmitMethods: [],
  validatorUrl: null,
  // Without requests there is no use for a client key, nor for a choice of the server.
  plugins: [{ components: { ServersContainer: nothing, AuthorizeBtnContainer: nothing, authorizeOperationBtn: nothing } }],
});
