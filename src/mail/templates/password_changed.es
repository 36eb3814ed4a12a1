{% block subject %}Se cambió su contraseña para {{ clinic }}{% endblock %}
{% block lead %}La contraseña de su cuenta en el área del personal de {{ clinic }} se cambió el {{ at }}.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Si no fue usted, pida enseguida una contraseña nueva y avise a una persona propietaria del área del
personal.{% endblock %}
