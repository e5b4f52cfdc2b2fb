// The command line runs from V8's code cache, where import() does not work: it does here.
module.exports = (url) => import(url);
