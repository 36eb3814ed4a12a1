{% block greeting %}Hola{% if person %}, {{ person }}{% endif %}:{% endblock %}
{% block by_hand %}Si el enlace no se abre, copie esta dirección en el navegador:{% endblock %}
{% block foot %}Escrito por el programa del área del personal de {{ clinic }} ({{ public_url }}). Nadie lee las respuestas a esta dirección.{% endblock %}
