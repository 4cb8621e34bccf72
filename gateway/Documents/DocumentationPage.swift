import Crypto

/// The page at `/api/docs`: reads the API's description and lists every operation, with no script from elsewhere.
enum DocumentationPage {
    static let bytes = Array(head.utf8) + Array(script.utf8) + Array("</script></body></html>".utf8)

    /// Lets exactly this page's style and script run.
    static let policy = """
        default-src 'none'; connect-src 'self'; style-src 'sha256-\(Base64.standard.encode(SHA256.digest(style)))'; \
        script-src 'sha256-\(Base64.standard.encode(SHA256.digest(script)))'; frame-ancestors 'none'; base-uri 'none'
        """

    private static let style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e}
        h2{margin:2rem 0 .5rem;font-size:1.1rem}details{border-top:1px solid #ddd;padding:.4rem 0}summary{cursor:pointer}
        code{font:14px ui-monospace,monospace}.m{display:inline-block;width:4.5rem;font-weight:600}
        pre{background:#f6f6f7;padding:.7rem;overflow:auto;font-size:13px}p{margin:.4rem 0}
        @media(prefers-color-scheme:dark){body{background:#1c1c1e;color:#eee}pre{background:#2a2a2d}details{border-color:#444}}
        """

    private static let head = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Switchboard API</title>
        <meta name="viewport" content="width=device-width,initial-scale=1"><style>\(style)</style></head>
        <body><h1>Switchboard API</h1><p>The same as <a href="/api/openapi.json">OpenAPI 3.1</a>.</p><main id="list"></main><script>
        """

    private static let script = """
        const list=document.getElementById("list");
        const node=(name,text,parent,kind)=>{const e=document.createElement(name);if(text)e.textContent=text;if(kind)e.className=kind;parent.append(e);return e};
        const shape=(value)=>JSON.stringify(value,null,2);
        fetch("/api/openapi.json").then(r=>r.json()).then(api=>{
          for(const [path,methods] of Object.entries(api.paths)){
            for(const [method,operation] of Object.entries(methods)){
              const box=node("details","",list),line=node("summary","",box);
              node("code",method.toUpperCase(),line,"m");node("code",path,line);line.append("  "+(operation.summary||""));
              if(operation.description)node("p",operation.description,box);
              for(const part of ["parameters","requestBody","responses"])if(operation[part]){node("h2",part,box);node("pre",shape(operation[part]),box)}
            }
          }
          const box=node("details","",list);node("summary","Schemas",box);node("pre",shape(api.components),box);
        }).catch(()=>node("p","The description could not be read.",list));
        """
}
