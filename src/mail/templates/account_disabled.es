{% block subject %}Su cuenta en {{ clinic }} fue desactivada{% endblock %}
{% block lead %}Su cuenta en el área del personal de {{ clinic }} fue desactivada el {{ at }}. Ya no puede iniciar
sesión.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Si cree que es un error, pregunte a una persona propietaria del área del personal.{% endblock %}
